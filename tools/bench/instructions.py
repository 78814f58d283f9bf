# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the instructions go: QEMU's trace, one line for each instruction that
the guest executed, as a tree of calls and as a list of functions.

A call is a step to a function's first instruction, a return one into a function
that is still open; what fits neither (another task, say) begins a new tree."""
import bisect
import re

TRACE = re.compile(r"^Trace \d+: 0x[0-9a-f]+ \[[0-9a-f]+/([0-9a-f]+)/")
USER = "(user space)"
MARK = "sys_getppid"  # see traffic.c; behind one of several prefixes


class Node:
    __slots__ = ("name", "parent", "children", "own")

    def __init__(self, name, parent):
        self.name, self.parent, self.children, self.own = name, parent, {}, 0

    def child(self, name):
        node = self.children.get(name)
        if node is None:
            node = self.children[name] = Node(name, self)
        return node

    def total(self):
        return self.own + sum(child.total() for child in self.children.values())

    def walk(self):
        yield self
        for child in self.children.values():
            yield from child.walk()


class Symbols:
    def __init__(self, rows):
        named = {}
        for address, name, *module in rows:
            # of several names for one address the first is as good as any
            named.setdefault(int(address, 16), name + "".join(f" {m}" for m in module))
        self.starts = sorted(named)
        self.names = [named[start] for start in self.starts]
        self.cache = {}

    def find(self, address):
        """(name, whether the address is the first of it)"""
        found = self.cache.get(address)
        if found is None:
            i = bisect.bisect_right(self.starts, address) - 1
            if address < 1 << 63:
                found = USER, False
            else:
                found = self.names[i], self.starts[i] == address
            self.cache[address] = found
        return found


def measured(addresses, symbols):
    """Those between the two calls of getppid() that traffic.c makes."""
    inside = False
    for address in addresses:
        name, first = symbols.find(address)
        if first and name.endswith(MARK):
            if inside:
                return
            inside = True
        if inside:
            yield name, first


def call_tree(steps):
    root = Node("all", None)
    node = root
    for name, first in steps:
        if name != node.name:
            if first:
                node = node.child(name)
            else:
                open_one = node.parent
                while open_one is not None and open_one.name != name:
                    open_one = open_one.parent
                node = open_one or root.child(name)
        node.own += 1
    return root


def addresses_of(path):
    with open(path, encoding="ascii", errors="replace") as trace:
        for line in trace:
            match = TRACE.match(line)
            if match:
                yield int(match[1], 16)


def print_tree(node, units, threshold, out, depth=0):
    total = node.total()
    if total < threshold:
        return
    print(f"{total / units:9.0f} {node.own / units:9.0f}  {'  ' * depth}{node.name}", file=out)
    for child in sorted(node.children.values(), key=Node.total, reverse=True):
        print_tree(child, units, threshold, out, depth + 1)


def add_totals(node, callers, whole):
    """What each function costs with all that it calls, counted once if it calls itself."""
    if node.name not in callers:
        whole[node.name] = whole.get(node.name, 0) + node.total()
    for child in node.children.values():
        add_totals(child, callers | {node.name}, whole)


def report(args, rows, units):
    tree = call_tree(measured(addresses_of(args.out / "trace"), symbols := Symbols(rows)))
    total = tree.total()
    if not total:
        raise SystemExit("bench: nothing was traced; does the row exist?")
    own, parts, whole = {}, {}, {}
    for node in tree.walk():
        own[node.name] = own.get(node.name, 0) + node.own
        part = node.name[node.name.index("["):] if "[" in node.name else "the kernel itself"
        part = USER if node.name == USER else part
        parts[part] = parts.get(part, 0) + node.own
    add_totals(tree, set(), whole)
    name = f"profile-{args.only.replace('/', '-')}-{args.profile}.txt"
    with open(args.out / name, "w", encoding="utf-8") as out:
        print(f"{args.only} {args.profile}: {total / units:.0f} instructions a packet, "
              f"{units:.0f} packets\n\nmodules:\n", file=out)
        for part, count in sorted(parts.items(), key=lambda item: -item[1]):
            print(f"{count / units:9.0f} {count * 100 / total:5.1f} %  {part}", file=out)
        print("\nfunctions, without and with what they call:\n", file=out)
        for function, count in sorted(own.items(), key=lambda item: -item[1]):
            if count * 500 >= total:
                print(f"{count / units:9.0f} {count * 100 / total:5.1f} % "
                      f"{whole[function] / units:9.0f}  {function}", file=out)
        print("\ncalls, with and without what they call, from 0.4 % on:\n", file=out)
        print_tree(tree, units, total / 250, out)
    (args.out / "trace").unlink()
    print((args.out / name).read_text(encoding="utf-8"), end="")
    print(f"\n(in {args.out / name})")
