/* A fast stand-in for the dialer: one process, epoll, HTTP/1.1 keep-alive, the document's answers.
 *
 *   dialer PORT
 *
 *   POST|GET /elision-dialer/elision-api/main.php   add_lead, add_multi_lead
 *   GET  /stats                                     what came in since the last reset, as JSON
 *   POST /control?delay=MS&cap=N&hang=0|1&reset=1   service time per request, requests served at once (0: no cap)
 *
 * Requests above the cap wait in line, first in first out, as before a web server's workers. A caller that hangs up
 * meanwhile is served all the same: the real dialer inserts the lead before it notices.
 */
#define _GNU_SOURCE
#include "elision.h"

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

#define MAX_REQUEST (8u << 20)

enum state { READING, WAITING, SERVING, HANGING };

struct connection {
    int fd;
    enum state state;
    int close_after;
    struct buffer in, out;
    size_t written, header_length, body_length;
    int64_t deadline;               /* ns */
    struct connection *next, *previous;
};

struct queue { struct connection *head, *tail; };

static int epoll_fd, timer_fd;
static int64_t delay_ns;
static long cap, serving, in_house, hang;
static struct queue waiting, in_service, hanging;
static struct connection *graveyard;
static struct { size_t requests, max_serving, max_in_house; } stats;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* ---- queues ----------------------------------------------------------------------------------------------------- */

static void watch(struct connection *c, int operation, uint32_t events) {
    struct epoll_event e = {.events = events, .data.ptr = c};
    epoll_ctl(epoll_fd, operation, c->fd, &e);
}

static void push(struct queue *q, struct connection *c) {
    c->next = NULL;
    c->previous = q->tail;
    if (q->tail) q->tail->next = c; else q->head = c;
    q->tail = c;
}

static void take_out(struct queue *q, struct connection *c) {
    if (c->previous) c->previous->next = c->next; else q->head = c->next;
    if (c->next) c->next->previous = c->previous; else q->tail = c->previous;
    c->next = c->previous = NULL;
}

/* ---- answering -------------------------------------------------------------------------------------------------- */
static void reset_stats(void) {
    stats.requests = 0;
    stats.max_in_house = in_house;
    stats.max_serving = serving;
    forget_created_leads();
}

/* Freed only after the whole batch of events: one of them may still point here. */
static void bury(struct connection *c) {
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    c->next = graveyard;
    graveyard = c;
}

static void free_buried(void) {
    while (graveyard) {
        struct connection *c = graveyard;
        graveyard = c->next;
        free(c->in.data);
        free(c->out.data);
        free(c);
    }
}

static void next_request(struct connection *c);

static void flush_out(struct connection *c) {
    while (c->written < c->out.length) {
        ssize_t n = send(c->fd, c->out.data + c->written, c->out.length - c->written, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n <= 0) { bury(c); return; }
        c->written += n;
    }
    if (c->close_after) { bury(c); return; }
    size_t used = c->header_length + c->body_length;
    c->in.length -= used;
    memmove(c->in.data, c->in.data + used, c->in.length);
    c->in.data[c->in.length] = 0;
    c->state = READING;
    if (c->in.length) next_request(c);
}

static void respond(struct connection *c, const char *status, const struct buffer *body, const char *type) {
    char head[256];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n", status, type,
             body->length, c->close_after ? "Connection: close\r\n" : "");
    c->out.length = c->written = 0;
    append(&c->out, head);
    reserve(&c->out, body->length);
    memcpy(c->out.data + c->out.length, body->data, body->length);
    c->out.length += body->length;
    flush_out(c);
}

/* The service time of this request is over: the lead exists from here on. */
static void serve(struct connection *c) {
    static struct buffer body;      /* one answer at a time */
    char *target = memchr(c->in.data, ' ', c->header_length);
    char *question = memchr(target + 1, '?', strcspn(target + 1, " \r"));
    body.length = 0;
    if (c->body_length) answer_form(&body, c->in.data + c->header_length, c->body_length);
    else if (question) answer_form(&body, question + 1, strcspn(question + 1, " \r"));
    else answer_form(&body, "", 0);
    in_house--;
    if (c->fd < 0) { bury(c); return; }
    respond(c, "200 OK", &body, "text/html; charset=UTF-8");
}

static void arm_timer(void) {
    int64_t at = in_service.head ? in_service.head->deadline : 0;
    struct itimerspec t = {.it_value = {at / 1000000000, at % 1000000000}};
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

static void start_service(struct connection *c) {
    int was_idle = !in_service.head;
    c->state = SERVING;
    if (!delay_ns) {                /* at once: nothing to wait for, so it can hold no place either */
        if (stats.max_serving < (size_t)serving + 1) stats.max_serving = serving + 1;
        serve(c);
        return;
    }
    serving++;
    if ((size_t)serving > stats.max_serving) stats.max_serving = serving;
    c->deadline = now_ns() + delay_ns;
    push(&in_service, c);
    if (was_idle) arm_timer();
}

static void fill_places(void) {
    while (waiting.head && (!cap || serving < cap)) {
        struct connection *c = waiting.head;
        take_out(&waiting, c);
        start_service(c);
    }
}

static void finish_due(void) {
    int64_t now = now_ns();
    while (in_service.head && in_service.head->deadline <= now) {
        struct connection *c = in_service.head;
        take_out(&in_service, c);
        serving--;
        serve(c);
    }
    fill_places();
    arm_timer();
}

/* ---- control and routing ---------------------------------------------------------------------------------------- */

static double number(const char *query, size_t length, const char *name, double otherwise) {
    char *value = form_value(query, length, name);
    double n = value ? atof(value) : otherwise;
    free(value);
    return n;
}

static void control(const char *query, size_t length) {
    delay_ns = (int64_t)(number(query, length, "delay", (double)delay_ns / 1e6) * 1e6);
    cap = (long)number(query, length, "cap", (double)cap);
    hang = (long)number(query, length, "hang", (double)hang);
    if (number(query, length, "reset", 0)) reset_stats();
    int64_t deadline = now_ns() + delay_ns;   /* keeps the line of deadlines in order when the delay shrinks */
    for (struct connection *c = in_service.head; c; c = c->next) c->deadline = deadline;
    while (!hang && hanging.head) {           /* whoever hung gets no answer, only an end */
        struct connection *c = hanging.head;
        take_out(&hanging, c);
        in_house--;
        bury(c);
    }
    fill_places();
    arm_timer();
}

static void write_stats(struct buffer *b) {
    char text[512];
    snprintf(text, sizeof text,
             "{\"requests\":%zu,\"leads\":%zu,\"distinct\":%zu,\"singles\":%zu,\"multis\":%zu,\"max_serving\":%zu,"
             "\"max_in_house\":%zu,\"in_house\":%ld,\"delay_ms\":%g,\"cap\":%ld,\"hang\":%ld}\n",
             stats.requests, created_leads.leads, created_leads.distinct, created_leads.singles,
             created_leads.multis, stats.max_serving, stats.max_in_house, in_house, (double)delay_ns / 1e6, cap, hang);
    append(b, text);
}

static void route(struct connection *c) {
    char *target = memchr(c->in.data, ' ', c->header_length);
    if (!target) { bury(c); return; }
    target++;
    static struct buffer body;      /* one answer at a time */
    body.length = 0;
    if (!strncmp(target, "/stats", 6) || !strncmp(target, "/control", 8)) {
        char *question = memchr(target, '?', strcspn(target, " \r"));
        if (target[1] == 'c' && question) control(question + 1, strcspn(question + 1, " \r"));
        write_stats(&body);
        respond(c, "200 OK", &body, "application/json");
        return;
    }
    if (strncmp(target, "/elision-dialer/elision-api/main.php", 36)) {
        append(&body, "no such page\n");
        respond(c, "404 Not Found", &body, "text/plain");
        return;
    }
    stats.requests++;
    in_house++;
    if ((size_t)in_house > stats.max_in_house) stats.max_in_house = in_house;
    c->state = hang ? HANGING : WAITING;
    push(hang ? &hanging : &waiting, c);
    fill_places();
}

/* ---- connections ------------------------------------------------------------------------------------------------ */

/* Looks at the header block only; what it finds decides how much of the body is still to come. */
static void read_header(struct connection *c) {
    c->body_length = 0;
    c->close_after = 0;
    for (char *line = c->in.data; (line = memmem(line, c->in.data + c->header_length - line, "\r\n", 2));) {
        line += 2;
        if (!strncasecmp(line, "content-length:", 15)) c->body_length = strtoul(line + 15, NULL, 10);
        else if (!strncasecmp(line, "connection: close", 17)) c->close_after = 1;
    }
}

static void next_request(struct connection *c) {
    char *end = memmem(c->in.data, c->in.length, "\r\n\r\n", 4);
    if (!end) return;
    c->header_length = end + 4 - c->in.data;
    read_header(c);
    if (c->header_length + c->body_length > MAX_REQUEST) { bury(c); return; }
    if (c->in.length >= c->header_length + c->body_length) route(c);
}

static void hung_up(struct connection *c) {
    if (c->state == HANGING) {
        take_out(&hanging, c);
        in_house--;
    }
    if (c->state == READING || c->state == HANGING) { bury(c); return; }
    close(c->fd);
    c->fd = -1;                     /* served all the same, answered no more */
}

static void readable(struct connection *c) {
    for (;;) {
        reserve(&c->in, 4096);
        ssize_t n = recv(c->fd, c->in.data + c->in.length, c->in.capacity - c->in.length - 1, 0);
        if (n < 0 && errno == EAGAIN) break;
        if (n <= 0) { hung_up(c); return; }
        c->in.length += n;
        c->in.data[c->in.length] = 0;
        if (c->in.length > MAX_REQUEST) { hung_up(c); return; }
        if (c->in.length < c->in.capacity - 1) break;
    }
    if (c->state == READING) next_request(c);
}

static void writable(struct connection *c) {
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    flush_out(c);
}

static void accept_all(int listener) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = must(calloc(1, sizeof *c));
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        c->fd = fd;
        watch(c, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int listen_on(int port) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) { perror("dialer"); exit(1); }
    return fd;
}

int main(int count, char **arguments) {
    if (count != 2) { fputs("usage: dialer PORT\n", stderr); return 2; }
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(atoi(arguments[1]));
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &listener};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &e);
    e.data.ptr = &timer_fd;
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &e);
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll_fd, events, 256, -1);
        for (int i = 0; i < n; i++) {
            uint64_t ticks;
            struct connection *c = events[i].data.ptr;
            if (events[i].data.ptr == &listener) accept_all(listener);
            else if (events[i].data.ptr == &timer_fd) {
                if (read(timer_fd, &ticks, sizeof ticks) > 0) finish_due();
            } else if (c->fd < 0) continue;
            else if (events[i].events & EPOLLOUT) writable(c);
            else readable(c);
        }
        free_buried();
    }
}
