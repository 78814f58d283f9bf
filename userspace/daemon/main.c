// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sekid: puts the parts together, in the order in which they need each other,
 * and takes them apart in the reverse order. loop.c says which thread does
 * what.
 */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "config/config.h"
#include "cryptox/cryptox.h"
#include "ctl/client.h"
#include "ctl/ctl.h"
#include "daemon/loop.h"
#include "daemon/maps.h"
#include "daemon/process.h"
#include "daemon/tunnels.h"
#include "daemon/workers.h"
#include "ike/ike.h"
#include "ike/policy.h"
#include "ike/v1/ikev1.h"
#include "ike/v2/ikev2.h"
#include "kernel/netlink.h"
#include "kernel/none.h"
#include "net/udp.h"

enum {
	EXIT_CONFIG = 2, /* wrong command line or configuration: nothing was touched */
	GOODBYE = 3, /* seconds that peers have to answer our deletes */
};

struct options {
	const char *config;
	const char *control;
	const char *pid;
	bool foreground;
	bool no_kernel;
};

struct daemon {
	struct options options;
	struct policy *policy;
	struct timers timers;
	struct loop *loop;
	struct kernel *kernel;
	struct net *net;
	struct worker_pool *pool;
	struct ike *ike;
	struct kernel_events engine; /* the engine's receivers, behind ours */
	struct ctl_context ctl_context;
	struct ctl_server *ctl;
	struct tunnels *tunnels;
	struct maps *maps;
	struct loop_source kernel_sources[KERNEL_NETLINK_FDS];
	struct loop_source net_sources[UDP_SOCKETS_MAX];
	struct loop_source pool_source, ctl_source;
	struct timer goodbye;
	bool stopping;
	bool background; /* stderr is gone */
};

static struct daemon self;

static void log_sink(void *context, enum log_topic topic, const char *line)
{
	struct daemon *daemon = context;

	if (daemon->background)
		process_log(topic == LOG_ERROR, line);
	else
		fprintf(stderr, "%s\n", line);
	if (daemon->ctl)
		ctl_log(daemon->ctl, topic, line);
}

/* What comes in */

static void kernel_ready(struct loop_source *source)
{
	kernel_netlink_read(self.kernel, source->fd);
}

static void net_ready(struct loop_source *source)
{
	udp_read(self.net, source->fd);
}

static void pool_ready(struct loop_source *source)
{
	worker_pool_collect(self.pool);
}

static void ctl_ready(struct loop_source *source)
{
	ctl_run(self.ctl);
}

static void unreachable(void *context, const struct endpoint *remote, int error)
{
	char text[ADDRESS_TEXT];

	log_line(LOG_IKEV2_ERROR, "%s cannot be reached: %s", endpoint_format(remote, text),
		 strerror(error));
}

static void on_acquire(void *context, const struct kernel_acquire *acquire)
{
	self.engine.acquire(self.engine.context, acquire);
}

static void on_expire(void *context, const struct kernel_expire *expire)
{
	self.engine.expire(self.engine.context, expire);
}

static void on_peer_moved(void *context, const struct kernel_peer_moved *moved)
{
	self.engine.peer_moved(self.engine.context, moved);
}

static void on_tunnel_seen(void *context, const struct kernel_tunnel *tunnel)
{
	tunnels_seen(self.tunnels, tunnel);
	self.engine.tunnel_seen(self.engine.context, tunnel);
}

static void on_tunnel_gone(void *context, uint32_t ifindex)
{
	tunnels_gone(self.tunnels, ifindex);
	self.engine.tunnel_gone(self.engine.context, ifindex);
}

static void on_host_changed(void *context)
{
	if (self.maps)
		maps_changed(self.maps);
}

/* Reloading */

/* Profiles may have permission of their own. */
static bool needs_legacy(const struct policy *policy)
{
	const struct ikev2_profile *profile;

	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		if (profile->legacy)
			return true;
	return policy->legacy;
}

static void note_change(void *context, enum config_change change, const char *object)
{
	static const char *const verbs[] = {
		[CONFIG_ADDED] = "added",
		[CONFIG_REMOVED] = "removed",
		[CONFIG_CHANGED] = "changed",
	};

	fprintf(context, "%s: %s\n", verbs[change], object);
}

static struct result take_policy(struct daemon *daemon, struct policy *policy, FILE *text)
{
	struct policy *old = daemon->policy;
	struct result result;

	if (needs_legacy(policy)) {
		/* No thread may be in OpenSSL while it gets another provider. */
		worker_pool_drain(daemon->pool);
		result = cryptox_start(true);
		if (failed(&result)) {
			policy_free(policy);
			return result;
		}
	}
	config_compare(old, policy, note_change, text);
	daemon->policy = policy;
	daemon->ctl_context.policy = policy;
	ike_set_policy(daemon->ike, policy);
	udp_set_queue(daemon->net, policy->queue_length);
	tunnels_apply(daemon->tunnels, policy, text);
	tunnels_tell(daemon->tunnels);
	maps_apply(daemon->maps, policy, text);
	policy_free(old);
	return RESULT_OK;
}

/* Return: -EINVAL and so on when the old configuration stays; @report says why. */
static struct result reload(void *owner, char **report)
{
	struct daemon *daemon = owner;
	struct config_report findings;
	struct policy *policy;
	struct result result;
	size_t len;
	FILE *text;

	*report = NULL;
	text = open_memstream(report, &len);
	if (!text)
		return fail(-errno, "cannot write a report: %s", strerror(errno));
	process_notify("RELOADING=1");
	config_report_init(&findings);
	result = config_load_file(daemon->options.config, &findings, &policy);
	config_report_print(&findings, text);
	config_report_free(&findings);
	if (!failed(&result))
		result = take_policy(daemon, policy, text);
	fclose(text);
	if (*report && !**report) {
		free(*report);
		*report = NULL;
	}
	process_notify("READY=1");
	return result;
}

static void reload_by_signal(struct daemon *daemon)
{
	char *report, *line, *rest;
	struct result result = reload(daemon, &report);

	for (line = report ? strtok_r(report, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		log_line(failed(&result) ? LOG_ERROR : LOG_NOTICE, "%s", line);
	if (failed(&result))
		log_line(LOG_ERROR, "the configuration stays as it is: %s", result.why);
	else
		log_line(LOG_NOTICE, "configuration loaded%s", report ? "" : ", nothing changed");
	free(report);
}

static char *running_config(void *owner)
{
	struct daemon *daemon = owner;
	char *out = NULL;
	size_t len;
	FILE *text = open_memstream(&out, &len);

	if (!text)
		return NULL;
	config_print(daemon->policy, text, false); /* keys go in and never come out */
	fclose(text);
	return out;
}

/* The end */

static void goodbye_over(struct timer *timer)
{
	log_line(LOG_NOTICE, "not all peers answered, leaving nevertheless");
	ike_abandon(self.ike);
	loop_stop(self.loop);
}

static void shut_down(struct daemon *daemon)
{
	if (daemon->stopping) { /* asked twice: at once */
		ike_abandon(daemon->ike);
		loop_stop(daemon->loop);
		return;
	}
	daemon->stopping = true;
	process_notify("STOPPING=1");
	log_line(LOG_NOTICE, "sekid stops, peers are told");
	ike_shutdown(daemon->ike);
	daemon->goodbye.fire = goodbye_over;
	timer_start(&daemon->timers, &daemon->goodbye, SECONDS(GOODBYE));
}

static void caught(void *context, int number)
{
	if (number == SIGHUP)
		reload_by_signal(context);
	else
		shut_down(context);
}

static void after_turn(void *context)
{
	struct daemon *daemon = context;

	tunnels_settle(daemon->tunnels);
	if (daemon->maps && !daemon->stopping)
		maps_settle(daemon->maps, daemon->policy);
	if (daemon->stopping && ike_idle(daemon->ike))
		loop_stop(daemon->loop);
}

/* The beginning */

static struct result watch(struct daemon *daemon, struct loop_source *source, int fd,
			   void (*ready)(struct loop_source *source))
{
	source->fd = fd;
	source->ready = ready;
	return loop_add(daemon->loop, source);
}

static struct result start_loop(struct daemon *daemon)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, 0 };
	struct result result;

	timers_init(&daemon->timers, &system_clock);
	daemon->loop = loop_new(&daemon->timers, &result);
	if (!failed(&result))
		result = loop_catch(daemon->loop, signals, caught, daemon);
	if (!failed(&result))
		loop_after(daemon->loop, after_turn, daemon);
	signal(SIGPIPE, SIG_IGN);
	return result;
}

static struct result start_kernel(struct daemon *daemon)
{
	int fds[KERNEL_NETLINK_FDS], i;
	struct result result;

	if (daemon->options.no_kernel) {
		daemon->kernel = kernel_none_new();
		return RESULT_OK;
	}
	daemon->kernel = kernel_netlink_new(&result);
	if (failed(&result))
		return result;
	kernel_netlink_fds(daemon->kernel, fds);
	for (i = 0; i < KERNEL_NETLINK_FDS && !failed(&result); i++)
		result = watch(daemon, &daemon->kernel_sources[i], fds[i], kernel_ready);
	return result;
}

static struct result start_net(struct daemon *daemon)
{
	int fds[UDP_SOCKETS_MAX];
	struct result result;
	size_t i, count;

	daemon->net = udp_new(IKE_PORT, IKE_NAT_PORT, &result);
	if (failed(&result))
		return result;
	daemon->net->unreachable = unreachable;
	udp_set_queue(daemon->net, daemon->policy->queue_length);
	count = udp_fds(daemon->net, fds);
	for (i = 0; i < count && !failed(&result); i++)
		result = watch(daemon, &daemon->net_sources[i], fds[i], net_ready);
	if (failed(&result) || daemon->options.no_kernel)
		return result;
	count = udp_nat_fds(daemon->net, fds);
	for (i = 0; i < count; i++) {
		result = kernel_netlink_lend_socket(daemon->kernel, fds[i]);
		if (failed(&result)) /* all but NAT traversal works */
			log_line(LOG_ERROR, "ESP in UDP will not work: %s", result.why);
	}
	return RESULT_OK;
}

static struct result start_workers(struct daemon *daemon)
{
	struct result result;

	daemon->pool = worker_pool_new(0, &result);
	if (failed(&result))
		return result;
	return watch(daemon, &daemon->pool_source, worker_pool_fd(daemon->pool), pool_ready);
}

static void start_engine(struct daemon *daemon)
{
	const struct ike_env env = {
		.kernel = daemon->kernel,
		.net = daemon->net,
		.timers = &daemon->timers,
		.workers = worker_pool_workers(daemon->pool),
	};

	daemon->ike = ike_new(&env, daemon->policy);
	ike_add_version(daemon->ike, &ikev2);
	ike_add_version(daemon->ike, &ikev1);
	daemon->engine = daemon->kernel->events;
	/* Deaf until the configuration's tunnels are as they should be. */
	daemon->kernel->events = (struct kernel_events){ 0 };
}

static struct result start_ctl(struct daemon *daemon)
{
	struct result result = RESULT_OK;

	daemon->ctl_context = (struct ctl_context){
		.engine = &ctl_ike_engine,
		.ike = daemon->ike,
		.policy = daemon->policy,
		.owner = daemon,
		.running_config = running_config,
		.reload = reload,
	};
	daemon->ctl = ctl_listen(daemon->options.control, &daemon->ctl_context, &result);
	if (!daemon->ctl)
		return result;
	return watch(daemon, &daemon->ctl_source, ctl_fd(daemon->ctl), ctl_ready);
}

static struct result start_tunnels(struct daemon *daemon)
{
	struct result result = RESULT_OK;

	daemon->tunnels = tunnels_new(daemon->kernel, daemon->options.no_kernel);
	if (!daemon->options.no_kernel)
		result = kernel_netlink_resync(daemon->kernel); /* what is there to be adopted */
	if (failed(&result))
		return result;
	tunnels_apply(daemon->tunnels, daemon->policy, NULL);

	daemon->kernel->events = (struct kernel_events){
		.acquire = on_acquire,
		.expire = on_expire,
		.peer_moved = on_peer_moved,
		.tunnel_seen = on_tunnel_seen,
		.tunnel_gone = on_tunnel_gone,
		.host_changed = on_host_changed,
	};
	tunnels_tell(daemon->tunnels);
	if (!daemon->options.no_kernel)
		result = kernel_netlink_resync(daemon->kernel);
	if (failed(&result))
		return result;
	daemon->maps = maps_new(daemon->kernel, daemon->ike, maps_find_device, NULL);
	maps_apply(daemon->maps, daemon->policy, NULL);
	return RESULT_OK;
}

/* The order matters: each line needs those above it. */
static struct result start(struct daemon *daemon)
{
	struct result result = RESULT_OK;

	if (!daemon->options.foreground && !process_supervised())
		result = process_detach();
	if (!failed(&result))
		result = cryptox_start(needs_legacy(daemon->policy));
	if (!failed(&result))
		result = start_loop(daemon);
	if (!failed(&result))
		result = start_kernel(daemon);
	if (!failed(&result))
		result = start_net(daemon);
	if (!failed(&result))
		result = start_workers(daemon);
	if (failed(&result))
		return result;
	start_engine(daemon);
	result = start_ctl(daemon);
	if (!failed(&result) && daemon->options.pid)
		result = process_write_pid(daemon->options.pid);
	if (!failed(&result))
		result = process_drop_privileges();
	if (!failed(&result))
		result = start_tunnels(daemon);
	return result;
}

static void stop(struct daemon *daemon)
{
	/* Computations in flight hold parts of the engine. */
	if (daemon->pool)
		worker_pool_drain(daemon->pool);
	timer_stop(&daemon->timers, &daemon->goodbye);
	if (daemon->ctl)
		loop_remove(daemon->loop, &daemon->ctl_source);
	ctl_close(daemon->ctl);
	daemon->ctl = NULL; /* the log must not use it any more */
	if (daemon->ike)
		ike_free(daemon->ike);
	maps_free(daemon->maps);
	tunnels_free(daemon->tunnels);
	worker_pool_free(daemon->pool);
	udp_free(daemon->net);
	if (daemon->options.no_kernel)
		kernel_none_free(daemon->kernel);
	else
		kernel_netlink_free(daemon->kernel);
	loop_free(daemon->loop);
	timers_free(&daemon->timers);
	cryptox_stop();
	policy_free(daemon->policy);
	if (daemon->options.pid)
		unlink(daemon->options.pid);
}

/* Everything that is wrong with the file is printed, and nothing else is done. */
static bool load_config(struct daemon *daemon)
{
	struct config_report report;
	struct result result;

	config_report_init(&report);
	result = config_load_file(daemon->options.config, &report, &daemon->policy);
	config_report_print(&report, stderr);
	if (failed(&result))
		fprintf(stderr, "sekid: %s\n", result.why);
	config_report_free(&report);
	return !failed(&result);
}

static void print_usage(FILE *out)
{
	fputs("usage: sekid [options]\n"
	      "  -f, --config FILE      configuration, default " SEKI_SYSCONFDIR "/seki/seki.conf\n"
	      "  -n, --foreground       stay in the foreground and log to stderr; so under systemd\n"
	      "  -d, --debug TOPIC...   log a topic: \"crypto ikev2 packet\"\n"
	      "      --control SOCKET   where seki finds us, default " CTL_PATH_DEFAULT "\n"
	      "      --pid FILE         write our process number there\n"
	      "      --no-kernel        exchange keys for simulated tunnels, without the module\n"
	      "      --version\n"
	      "  -h, --help\n",
	      out);
}

static void print_topics(void)
{
	int topic;

	fputs("topics:\n", stderr);
	for (topic = 0; topic < LOG_TOPIC_COUNT; topic++)
		if (log_topic_offered(topic))
			fprintf(stderr, "  %s\n", log_topic_offered(topic));
}

static bool debug(const char *words)
{
	if (log_set_by_words(words, true))
		return true;
	fprintf(stderr, "sekid: no topic \"%s\" to debug\n", words);
	print_topics();
	return false;
}

/* Return: -1 to go on, else what to exit with. */
static int parse_options(int argc, char **argv, struct options *options)
{
	enum { CONTROL = 256, PID, NO_KERNEL, VERSION };
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'f' },
		{ "foreground", no_argument, NULL, 'n' },
		{ "debug", required_argument, NULL, 'd' },
		{ "control", required_argument, NULL, CONTROL },
		{ "pid", required_argument, NULL, PID },
		{ "no-kernel", no_argument, NULL, NO_KERNEL },
		{ "version", no_argument, NULL, VERSION },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "f:nd:h", table, NULL)) != -1) {
		switch (option) {
		case 'f':
			options->config = optarg;
			break;
		case 'n':
			options->foreground = true;
			break;
		case 'd':
			if (!debug(optarg))
				return EXIT_CONFIG;
			/* more topics may follow the first */
			while (optind < argc && argv[optind][0] != '-')
				if (!debug(argv[optind++]))
					return EXIT_CONFIG;
			break;
		case CONTROL:
			options->control = optarg;
			break;
		case PID:
			options->pid = optarg;
			break;
		case NO_KERNEL:
			options->no_kernel = true;
			break;
		case VERSION:
			puts("sekid " SEKI_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			print_usage(stdout);
			return EXIT_SUCCESS;
		default:
			print_usage(stderr);
			return EXIT_CONFIG;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "sekid: what is \"%s\"?\n", argv[optind]);
	print_usage(stderr);
	return EXIT_CONFIG;
}

/* In the background the working directory is another one. */
static const char *absolute(const char *path)
{
	char *folder, *text;

	if (!path || path[0] == '/')
		return path;
	folder = getcwd(NULL, 0);
	if (!folder || asprintf(&text, "%s/%s", folder, path) < 0)
		return path;
	free(folder);
	return text;
}

int main(int argc, char **argv)
{
	struct result result;
	int status;

	self.options.config = SEKI_SYSCONFDIR "/seki/seki.conf";
	self.options.control = CTL_PATH_DEFAULT;
	status = parse_options(argc, argv, &self.options);
	if (status >= 0)
		return status;
	process_harden();
	if (!load_config(&self))
		return EXIT_CONFIG;
	self.options.config = absolute(self.options.config);
	self.options.control = absolute(self.options.control);
	self.options.pid = absolute(self.options.pid);

	log_set_sink(log_sink, &self);
	result = start(&self);
	if (failed(&result)) {
		fprintf(stderr, "sekid: %s\n", result.why);
		status = EXIT_FAILURE;
	} else {
		log_line(LOG_NOTICE, "sekid " SEKI_VERSION " is ready");
		self.background = process_detached();
		process_notify("READY=1");
		loop_run(self.loop);
		status = EXIT_SUCCESS;
	}
	stop(&self);
	return status;
}
