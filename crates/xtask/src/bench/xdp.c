// Drives a published port with UDP packets and takes its time: xdp CPU, in the namespaces that published.sh made.
//
// An XDP program writes each packet; BPF_PROG_TEST_RUN with live frames hands it to the stack as if it had come in by eth0.
// All that the kernel does with it happens in this thread, or in its core's ksoftirqd, and both times are counted. The
// container's socket is emptied between rounds. Prints a line for each load: its name, packets, nanoseconds a packet of the
// quickest tenth of the rounds and of the middle one, and the same of packets that the program drops at once.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUND = 8192, FLOWS = 65536, BATCH = 64, FRAME = 60, ROUNDS = 80, NEW_ROUNDS = 5 };

static void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, errno ? ": %s\n" : "\n", strerror(errno));
    exit(1);
}

static int bpf(int command, union bpf_attr *attr) {
    return syscall(SYS_bpf, command, attr, sizeof *attr);
}

// What a program makes: which packet, of how many flows (of none: it writes nothing), in which order, and what becomes of it.
struct kind {
    int answer;
    uint32_t flows, times;
    int verdict;
};

static struct bpf_insn program[64];
static int length;

static void insn(uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm) {
    program[length++] = (struct bpf_insn){.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm};
}

static uint16_t checksum(const uint8_t *header) {
    uint32_t sum = 0;
    for (int at = 0; at < 20; at += 2) sum += header[at] << 8 | header[at + 1];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

// The packet of the first flow. The client's last byte and port are the flow's; the IP identification makes up for the
// byte, so that one checksum serves all. UDP goes without a checksum.
static void packet(uint8_t *frame, int answer) {
    static const uint8_t eth0[] = {2, 0x42, 0xc0, 0xa8, 0, 0x80}, client[] = {2, 0x42, 0xc0, 0xa8, 0, 0x40};
    static const uint8_t docker0[] = {2, 0x42, 0xac, 0x11, 0, 1}, c1[] = {2, 0x42, 0xac, 0x11, 0, 2};
    memset(frame, 0, FRAME);
    memcpy(frame, answer ? docker0 : eth0, 6);
    memcpy(frame + 6, answer ? c1 : client, 6);
    uint8_t ip[] = {8, 0, 0x45, 0, 0, 46, 255, 255, 0x40, 0, 64, 17, 0, 0, 192, 168, 0, 0, 192, 168, 0, 128};
    if (answer) memcpy(ip + 14, (uint8_t[]){172, 17, 0, 2, 192, 168, 0, 0}, 8);
    uint16_t sum = checksum(ip + 2);
    ip[12] = sum >> 8, ip[13] = sum;
    memcpy(frame + 12, ip, sizeof ip);
    uint8_t udp[] = {0, 0, 8080 >> 8, 8080 & 255, 0, 26, 0, 0};
    if (answer) memcpy(udp, (uint8_t[]){0, 80, 0, 0}, 4);
    memcpy(frame + 34, udp, sizeof udp);
}

// The part of a program that writes the next packet.
static void write_packet(struct kind kind) {
    static int counter = -1;
    if (counter < 0) {
        union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
        if ((counter = bpf(BPF_MAP_CREATE, &map)) < 0) die("a BPF map");
    }
    // The packets begin anew.
    uint64_t zero = 0;
    uint32_t key = 0;
    union bpf_attr reset = {.map_fd = counter, .key = (uintptr_t)&key, .value = (uintptr_t)&zero};
    if (bpf(BPF_MAP_UPDATE_ELEM, &reset)) die("a BPF map's value");

    uint8_t frame[FRAME];
    packet(frame, kind.answer);
    insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct xdp_md, data), 0);
    insn(BPF_LDX | BPF_MEM | BPF_W, 3, 1, offsetof(struct xdp_md, data_end), 0);
    insn(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0);
    insn(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, FRAME);
    insn(BPF_JMP | BPF_JLE | BPF_X, 4, 3, 2, 0);
    insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_ABORTED);
    insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    // The stack changed the frame that it had before: all headers are written anew.
    for (int at = 0; at < 44; at += 4) {
        int32_t word;
        memcpy(&word, frame + at, 4);
        insn(BPF_ST | BPF_MEM | BPF_W, 2, 0, at, word);
    }
    insn(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_VALUE, 0, counter);
    insn(0, 0, 0, 0, 0);
    insn(BPF_LDX | BPF_MEM | BPF_DW, 5, 1, 0, 0);
    insn(BPF_ALU64 | BPF_MOV | BPF_X, 0, 5, 0, 0);
    insn(BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, 1);
    insn(BPF_STX | BPF_MEM | BPF_DW, 1, 0, 0, 0);
    insn(BPF_ALU64 | BPF_MUL | BPF_K, 5, 0, 0, kind.times);
    insn(BPF_ALU64 | BPF_AND | BPF_K, 5, 0, 0, kind.flows - 1);
    insn(BPF_ALU64 | BPF_MOV | BPF_X, 3, 5, 0, 0);
    insn(BPF_ALU64 | BPF_RSH | BPF_K, 3, 0, 0, 14);
    insn(BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, 64);
    insn(BPF_STX | BPF_MEM | BPF_B, 2, 3, kind.answer ? 33 : 29, 0);
    insn(BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, 255);
    insn(BPF_ALU64 | BPF_SUB | BPF_X, 4, 3, 0, 0);
    insn(BPF_STX | BPF_MEM | BPF_B, 2, 4, 19, 0);
    insn(BPF_ALU64 | BPF_AND | BPF_K, 5, 0, 0, 16383);
    insn(BPF_ALU64 | BPF_ADD | BPF_K, 5, 0, 0, 16384);
    insn(BPF_ALU | BPF_END | BPF_TO_BE, 5, 0, 0, 16);
    insn(BPF_STX | BPF_MEM | BPF_H, 2, 5, kind.answer ? 36 : 34, 0);
}

static int load(struct kind kind) {
    length = 0;
    if (kind.flows) write_packet(kind);
    insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, kind.verdict);
    insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);

    static char log[1 << 16];
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_XDP, .insn_cnt = length, .insns = (uintptr_t)program};
    attr.license = (uintptr_t) "Dual MIT/GPL";
    attr.expected_attach_type = BPF_XDP;
    attr.log_buf = (uintptr_t)log, attr.log_size = sizeof log, attr.log_level = 1;
    int fd = bpf(BPF_PROG_LOAD, &attr);
    if (fd < 0) die("the XDP program is refused: %s", log);
    return fd;
}

// Live frames come from a queue that knows of XDP; a veth's does while a program is attached.
static void attach(unsigned dev) {
    int program = load((struct kind){.verdict = XDP_PASS});
    union bpf_attr attr = {0};
    attr.link_create.prog_fd = program;
    attr.link_create.target_ifindex = dev;
    attr.link_create.attach_type = BPF_XDP;
    attr.link_create.flags = XDP_FLAGS_DRV_MODE;
    if (bpf(BPF_LINK_CREATE, &attr) < 0) die("XDP on an interface");
    close(program);
}

static int softirqd = -1;

static void find_softirqd(int cpu) {
    char name[32], path[300], comm[32];
    snprintf(name, sizeof name, "ksoftirqd/%d\n", cpu);
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (!file) continue;
        int is = fgets(comm, sizeof comm, file) && !strcmp(comm, name);
        fclose(file);
        if (!is) continue;
        snprintf(path, sizeof path, "/proc/%s/schedstat", entry->d_name);
        softirqd = open(path, O_RDONLY);
    }
    if (softirqd < 0) die("no %s", name);
}

static uint64_t softirqd_ns(void) {
    char text[100];
    ssize_t got = pread(softirqd, text, sizeof text - 1, 0);
    if (got <= 0) die("ksoftirqd's time");
    text[got] = 0;
    return strtoull(text, NULL, 10);
}

static uint64_t thread_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

// Nanoseconds of this thread for `count` packets in by `dev`.
static uint64_t run(int program, unsigned dev, uint32_t count) {
    uint8_t data[FRAME] = {0};
    struct xdp_md context = {.data_end = FRAME, .ingress_ifindex = dev};
    union bpf_attr attr = {0};
    attr.test.prog_fd = program;
    attr.test.data_in = (uintptr_t)data, attr.test.data_size_in = FRAME;
    attr.test.ctx_in = (uintptr_t)&context, attr.test.ctx_size_in = sizeof context;
    attr.test.repeat = count, attr.test.batch_size = BATCH;
    attr.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    uint64_t before = thread_ns();
    if (bpf(BPF_PROG_TEST_RUN, &attr)) die("live frames");
    return thread_ns() - before;
}

// A UDP socket in the container, with room for a round.
static int server(void) {
    int home = open("/proc/self/ns/net", O_RDONLY), there = open("/run/netns/c1", O_RDONLY);
    if (home < 0 || there < 0 || setns(there, CLONE_NEWNET)) die("the container's namespace");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 1 << 28;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(80)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room)) die("a socket");
    if (bind(fd, (struct sockaddr *)&at, sizeof at)) die("port 80");
    if (setns(home, CLONE_NEWNET)) die("back again");
    close(home), close(there);
    return fd;
}

// How many packets of 18 bytes are there, when `count` are on their way: what this thread left over is ksoftirqd's.
static uint32_t drain(int fd, uint32_t count) {
    char data[64];
    uint32_t got = 0;
    for (int turn = 0; turn < 1000 && (!turn || got < count); turn++) {
        usleep(turn < 10 ? 100 : 1000);
        for (ssize_t size; (size = recv(fd, data, sizeof data, 0)) >= 0; got++)
            if (size != 18) die("a packet of %zd bytes came", size);
    }
    return got;
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void tell(const uint64_t *times, int rounds, uint32_t count) {
    printf(" %.1f %.1f", (double)times[rounds / 10] / count, (double)times[rounds / 2] / count);
}

// The rounds' times, sorted; what does not arrive is an error.
static void measure(const char *name, int fd, unsigned dev, struct kind kind, int rounds, int calls) {
    uint64_t times[2][ROUNDS];
    for (int drops = 0; drops < 2; drops++) {
        kind.verdict = drops ? XDP_DROP : XDP_PASS;
        int program = load(kind);
        for (int round = 0; round < rounds; round++) {
            // A round of more than one call makes new flows.
            if (calls > 1 && !drops && system("conntrack -F >/dev/null 2>&1")) die("conntrack -F");
            times[drops][round] = 0;
            uint32_t arrived = 0;
            for (int call = 0; call < calls; call++) {
                uint64_t before = softirqd_ns();
                times[drops][round] += run(program, dev, ROUND);
                arrived += drain(fd, drops ? 0 : ROUND);
                times[drops][round] += softirqd_ns() - before;
            }
            if (arrived != (drops ? 0u : (uint32_t)calls * ROUND))
                errno = 0, die("%s: %u of %d packets arrived", name, arrived, calls * ROUND);
        }
        close(program);
        qsort(times[drops], rounds, sizeof times[0][0], by_size);
    }
    printf("%s %d", name, rounds * calls * ROUND);
    for (int drops = 0; drops < 2; drops++) tell(times[drops], rounds, calls * ROUND);
    printf("\n");
    fflush(stdout);
}

// Every flow is begun, and answered once.
static void establish(int fd, unsigned dev, unsigned inner, uint32_t flows) {
    int there = load((struct kind){0, flows, 1, XDP_PASS});
    uint32_t call = flows < ROUND ? flows : ROUND;
    for (uint32_t done = 0; done < flows; done += call) run(there, dev, call), drain(fd, call);
    close(there);
    int back = load((struct kind){1, flows, 1, XDP_PASS});
    for (uint32_t done = 0; done < flows; done += call) run(back, inner, call);
    close(back);
    usleep(1000);
}

static void expect(const char *what, const char *command, long least) {
    FILE *file = popen(command, "r");
    char text[64] = "";
    if (!file || !fgets(text, sizeof text, file)) die("%s: nothing is said", what);
    pclose(file);
    errno = 0;
    if (atol(text) < least) die("%s: %ld, of %ld", what, atol(text), least);
}

int main(int argc, char **argv) {
    int cpu = argc > 1 ? atoi(argv[1]) : 0;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) die("core %d", cpu);
    find_softirqd(cpu);
    unsigned dev = if_nametoindex("eth0"), inner = if_nametoindex("veth1");
    attach(dev), attach(inner);
    int fd = server();

    // A packet's order among the flows is not that in which they were begun.
    uint32_t times = 40503;
    establish(fd, dev, inner, 1);
    measure("established", fd, dev, (struct kind){0, 1, 1, 0}, ROUNDS, 1);
    establish(fd, dev, inner, FLOWS);
    expect("answered flows", "conntrack -L -p udp 2>/dev/null | grep -v -c UNREPLIED", FLOWS);
    measure("64k flows", fd, dev, (struct kind){0, FLOWS, times, 0}, ROUNDS, 1);
    measure("new flows", fd, dev, (struct kind){0, FLOWS, times, 0}, NEW_ROUNDS, FLOWS / ROUND);
    expect("new flows", "conntrack -C", FLOWS);
}
