/* Posts leads at a fixed rate, whether the answers keep up or not, and prints one line of JSON.
 *
 *   rate PORT KEY FIRST_NUMBER PER_SECOND SECONDS CONNECTIONS [REQUESTS]
 *
 * REQUESTS is a file of ready requests, one after the other, each behind its length (4 bytes, little-endian); they are
 * sent in their order. Without it every request is a new lead of a partner.
 *
 * Each lead has its moment; its latency counts from that moment, also when it had to wait for a free connection.
 * A closed loop (wrk) cannot see such waiting: it stops asking while the server is slow.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define LAST_WORDS_NS 15000000000LL  /* how long answers may still come after the last lead was due */

struct connection {
    int fd, busy;
    int64_t due;                     /* when the lead it carries should have left, ns */
    char in[16384];
    size_t length;
};

static int port, epoll_fd, timer_fd;
static const char *key;
static uint64_t first_number;
static char *ready;                  /* the file of requests, or NULL */
static size_t ready_size, ready_at;
static struct connection *connections, **idle;
static size_t idle_first, idle_count, connection_count;
static uint32_t *latencies;          /* microseconds */
static size_t answered, created, kept, with_id, other, lost, sent, total;
static int64_t start;                /* lead n is due at start + n * 1e9 / rate */
static double rate;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t due_at(size_t n) { return start + (int64_t)((double)n * 1e9 / rate); }

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* First in, first out: every connection is used in its turn and none goes stale. */
static void put_idle(struct connection *c) { idle[(idle_first + idle_count++) % connection_count] = c; }

static struct connection *take_idle(void) {
    struct connection *c = idle[idle_first];
    idle_first = (idle_first + 1) % connection_count;
    idle_count--;
    return c;
}

static void open_connection(struct connection *c) {
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address)) { perror("rate"); exit(1); }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &e);
    c->length = 0;
}

static void reopen(struct connection *c) {
    close(c->fd);
    if (c->busy) {
        lost++;
        c->busy = 0;
        put_idle(c);
    }
    open_connection(c);
}

/* The same spreading of numbers as in the wrk scripts: no phone number comes twice. */
static int next_partner(char *request, size_t room, size_t n) {
    char body[512];
    uint64_t number = first_number + n, phone = 7000000000ULL + number * 1000003ULL % 3000000000ULL;
    int length = snprintf(body, sizeof body,
                          "{\"CustomerName\":\"Caller %llu\",\"MobileNo\":\"%llu\",\"EnquiryType\":\"Test drive\","
                          "\"LeadfromURL\":\"https://www.example.com/models/offers?utm_source=newsletter\"}",
                          (unsigned long long)number, (unsigned long long)phone);
    return snprintf(request, room,
                        "POST /v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                        key, length, body);
}

static void load_requests(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) { perror(path); exit(1); }
    ready_size = ftell(file);
    rewind(file);
    ready = malloc(ready_size + 1);
    if (!ready || fread(ready, 1, ready_size, file) != ready_size) { perror(path); exit(1); }
    fclose(file);
}

static int next_ready(const char **request) {
    uint32_t size;
    if (ready_at + sizeof size > ready_size) { fputs("rate: fewer requests in the file than are due\n", stderr); exit(1); }
    memcpy(&size, ready + ready_at, sizeof size);
    *request = ready + ready_at + sizeof size;
    ready_at += sizeof size + size;
    return (int)size;
}

static void post(struct connection *c, size_t n, int64_t due) {
    char made[1024];
    const char *request = made;
    int size = ready ? next_ready(&request) : next_partner(made, sizeof made, n);
    c->busy = 1;
    c->due = due;
    c->length = 0;
    if (send(c->fd, request, size, MSG_NOSIGNAL) != size) reopen(c);
}

static void send_due(void) {
    int64_t now = now_ns();
    while (sent < total && idle_count && due_at(sent) <= now) {
        post(take_idle(), sent, due_at(sent));
        sent++;
    }
    struct itimerspec t = {0};
    int64_t next = sent < total ? due_at(sent) : now + 100000000;
    if (next <= now) next = now + 1000000;
    t.it_value.tv_sec = next / 1000000000;
    t.it_value.tv_nsec = next % 1000000000;
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

/* 1: a whole answer is there; 0: more to come; -1: nothing one can read. */
static int complete(struct connection *c) {
    c->in[c->length] = 0;
    char *end = strstr(c->in, "\r\n\r\n");
    if (!end) return c->length < sizeof c->in - 1 ? 0 : -1;
    char *field = strcasestr(c->in, "\r\ncontent-length:");
    if (!field || field > end) return -1;
    return c->length >= (size_t)(end + 4 - c->in) + strtoul(field + 17, NULL, 10);
}

static void count_answer(struct connection *c) {
    int status = atoi(c->in + 9);
    latencies[answered++] = (uint32_t)((now_ns() - c->due) / 1000);
    if (status == 201) created++;
    else if (status == 202 || status == 200) kept++;
    else if (!other++) fprintf(stderr, "rate: first unexpected answer: %.300s\n", c->in);
    char *id = strstr(c->in, "\"lead_id\":");
    if (id && strpbrk(id + 10, "0123456789n") && *strpbrk(id + 10, "0123456789n") != 'n') with_id++;
}

static void readable(struct connection *c) {
    ssize_t n = recv(c->fd, c->in + c->length, sizeof c->in - 1 - c->length, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { reopen(c); return; }
    c->length += n;
    int state = complete(c);
    if (state == 0) return;
    if (state < 0 || !c->busy) { reopen(c); return; }
    count_answer(c);
    c->busy = 0;
    int close_it = strcasestr(c->in, "\r\nconnection: close") != NULL;
    put_idle(c);
    if (close_it) reopen(c);
    send_due();
}

static void run(void) {
    send_due();
    while (answered + lost < total) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll_fd, events, 256, 1000);
        for (int i = 0; i < n; i++) {
            uint64_t ticks;
            if (events[i].data.ptr) readable(events[i].data.ptr);
            else if (read(timer_fd, &ticks, sizeof ticks) > 0) send_due();
        }
        if (now_ns() > due_at(total) + LAST_WORDS_NS) break;
    }
}

static double percentile_ms(double p) {
    if (!answered) return 0;
    size_t i = (size_t)(p / 100.0 * (double)answered);
    return latencies[i < answered ? i : answered - 1] / 1000.0;
}

int main(int count, char **arguments) {
    if (count != 7 && count != 8) {
        fputs("usage: rate PORT KEY FIRST_NUMBER PER_SECOND SECONDS CONNECTIONS [REQUESTS]\n", stderr);
        return 2;
    }
    if (count == 8) load_requests(arguments[7]);
    signal(SIGPIPE, SIG_IGN);
    port = atoi(arguments[1]);
    key = arguments[2];
    first_number = strtoull(arguments[3], NULL, 10);
    rate = atof(arguments[4]);
    total = (size_t)(rate * atof(arguments[5]));
    connection_count = strtoul(arguments[6], NULL, 10);
    connections = calloc(connection_count, sizeof *connections);
    idle = calloc(connection_count, sizeof *idle);
    latencies = calloc(total + 1, sizeof *latencies);
    if (!connections || !idle || !latencies) { fputs("rate: out of memory\n", stderr); return 1; }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &e);
    for (size_t i = 0; i < connection_count; i++) {
        open_connection(&connections[i]);
        put_idle(&connections[i]);
    }
    start = now_ns();
    run();
    double seconds = (double)(now_ns() - start) / 1e9;
    qsort(latencies, answered, sizeof *latencies, compare);
    printf("BENCH {\"seconds\":%.3f,\"due\":%zu,\"requests\":%zu,\"answers\":%zu,\"created\":%zu,\"kept\":%zu,"
           "\"with_id\":%zu,\"other\":%zu,\"lost\":%zu,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,"
           "\"p999_ms\":%.3f,\"max_ms\":%.3f}\n",
           seconds, total, sent, answered, created, kept, with_id, other, lost, percentile_ms(50), percentile_ms(90),
           percentile_ms(99), percentile_ms(99.9), answered ? latencies[answered - 1] / 1000.0 : 0.0);
    return 0;
}
