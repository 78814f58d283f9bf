// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/rsa_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "cryptox/rsa.h"

#define FILE_MAX (64 * 1024)

static const char *const endings[] = {
	[RSA_SIGNATURE] = ".signature.pem",
	[RSA_ENCRYPTION] = ".encryption.pem",
	[RSA_GENERAL] = ".pem", /* looked at last: the others end so, too */
};

/* The length of the name in front of the ending; 0 when it is no file of ours. */
static size_t name_length(const char *file, enum rsa_usage *usage)
{
	static const enum rsa_usage order[] = { RSA_SIGNATURE, RSA_ENCRYPTION, RSA_GENERAL };
	size_t len = strlen(file), ending;

	for (size_t i = 0; i < 3; i++) {
		*usage = order[i];
		ending = strlen(endings[order[i]]);
		if (len > ending && file[0] != '.' && !strcmp(file + len - ending, endings[*usage]))
			return len - ending;
	}
	return 0;
}

static struct result read_key(int fd, const char *path, struct rsa_file *file)
{
	struct buffer pem = {};
	struct result result;
	struct stat status;
	ssize_t got = -1;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size > FILE_MAX)
		return fail(-EINVAL, "%.160s is no file with a key", path);
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return fail(-EACCES,
			    "others than its owner can read or write the private key in "
			    "%.160s: chmod 600 it",
			    path);
	file->made = status.st_mtime;
	buffer_extend(&pem, (size_t)status.st_size);
	if (pem.len)
		got = read(fd, pem.data, pem.len);
	if (got != (ssize_t)pem.len) {
		buffer_free(&pem);
		return fail(-EIO, "%.160s cannot be read", path);
	}
	result = private_key_load(buffer_bytes(&pem), bytes_of(NULL, 0), &file->key);
	buffer_free(&pem);
	if (failed(&result))
		return fail(result.code, "%.160s: %s", path, result.why);
	if (!rsa_bits(private_key_public(file->key))) {
		private_key_free(file->key);
		file->key = NULL;
		return fail(-EINVAL, "%.160s has no RSA key of %d to %d bits", path, RSA_BITS_LEAST,
			    RSA_BITS_MOST);
	}
	return RESULT_OK;
}

void rsa_files_read(const char *directory, void (*take)(void *context, const struct rsa_file *file),
		    void *context)
{
	struct dirent **list;
	int count = scandir(directory, &list, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		char path[PATH_MAX], name[NAME_MAX + 1];
		struct rsa_file file = { .name = name, .result = RESULT_OK };
		size_t len = name_length(list[i]->d_name, &file.usage);
		int fd;

		if (len) {
			snprintf(path, sizeof(path), "%s/%s", directory, list[i]->d_name);
			snprintf(name, sizeof(name), "%.*s", (int)len, list[i]->d_name);
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
			if (fd < 0)
				file.result = fail(-errno, "%.160s: %s", path, strerror(errno));
			else
				file.result = read_key(fd, path, &file);
			if (fd >= 0)
				close(fd);
			take(context, &file);
		}
		free(list[i]);
	}
	if (count >= 0)
		free(list);
}

static bool write_all(int fd, const struct buffer *pem)
{
	return write(fd, pem->data, pem->len) == (ssize_t)pem->len && !fsync(fd);
}

struct result rsa_files_generate(const char *directory, const char *name, enum rsa_usage usage,
				 unsigned int bits)
{
	struct buffer pem = {};
	char path[PATH_MAX];
	struct result result;
	int fd;

	if (strchr(name, '/') || name[0] == '.' || !name[0])
		return fail(-EINVAL, "\"%.60s\" cannot be the name of a key", name);
	if (bits < RSA_BITS_LEAST || bits > RSA_BITS_MOST)
		return fail(-EINVAL, "a modulus has %d to %d bits here, not %u", RSA_BITS_LEAST,
			    RSA_BITS_MOST, bits);
	if (mkdir(directory, 0700) && errno != EEXIST)
		return fail(-errno, "%.160s: %s", directory, strerror(errno));
	snprintf(path, sizeof(path), "%s/%s%s", directory, name, endings[usage]);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST)
		return fail(-EEXIST,
			    "there is a key pair \"%.60s\" already: \"crypto key zeroize rsa\" "
			    "removes it",
			    name);
	if (fd < 0)
		return fail(-errno, "%.160s: %s", path, strerror(errno));
	result = rsa_generate(bits, &pem);
	if (!failed(&result) && !write_all(fd, &pem))
		result = fail(-EIO, "%.160s: %s", path, strerror(errno));
	close(fd);
	if (failed(&result))
		unlink(path);
	buffer_free(&pem);
	return result;
}

struct result rsa_files_remove(const char *directory, const char *name, size_t *count)
{
	struct result result = RESULT_OK;
	DIR *list = opendir(directory);
	struct dirent *entry;
	char path[PATH_MAX];
	enum rsa_usage usage;
	size_t len;

	*count = 0;
	if (!list)
		return errno == ENOENT ? RESULT_OK :
					 fail(-errno, "%.160s: %s", directory, strerror(errno));
	while ((entry = readdir(list))) {
		len = name_length(entry->d_name, &usage);
		if (!len || (name && (strlen(name) != len || strncmp(entry->d_name, name, len))))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (unlink(path))
			result = fail(-errno, "%.160s: %s", path, strerror(errno));
		else
			(*count)++;
	}
	closedir(list);
	return result;
}
