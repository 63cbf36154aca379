/* The provider of the benchmarks: API v2 on a loopback port, one thread, no memory of orders.
 *
 *     provider [--delay MILLISECONDS] [--completed PERCENT]
 *
 * Prints its port and serves until it is killed. It answers `add` with a counter, after the delay,
 * and `status` with "Completed" for PERCENT of the ids and "In progress" for the others. It reads
 * only whole requests of well-behaved clients: it is a rig, not a server.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 4096, REQUEST_BYTES = 16384, REPLY_BYTES = 32768 };

struct connection { size_t filled; char request[REQUEST_BYTES]; };
struct late_reply { int64_t due; int fd; long order; };

static struct connection *connections[MAX_CONNECTIONS]; /* by descriptor */
/* All replies wait equally long, so the first in is the first due. */
static struct late_reply late[MAX_CONNECTIONS];
static unsigned late_first, late_end;
static long delay, completed_percent, orders;

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void fail(const char *what) { perror(what); exit(1); }

static void reply(int fd, const char *body, size_t length) {
    static char out[REPLY_BYTES + 128];
    int head = sprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                            "Content-Length: %zu\r\n\r\n", length);
    memcpy(out + head, body, length);
    /* A reply fits into the socket's buffer, so it is written whole, unless the client is gone. */
    if (write(fd, out, head + length) < 0) return;
}

static void reply_order(int fd, long order) {
    char body[64];
    reply(fd, body, sprintf(body, "{\"order\":%ld}", order));
}

/* The value of `name=` in a form, or NULL; it ends at `&` or at the end of the body. */
static const char *field(const char *body, const char *name) {
    size_t length = strlen(name);
    for (const char *at = body; at; at = strchr(at, '&')) {
        at += *at == '&';
        if (!strncmp(at, name, length) && at[length] == '=') return at + length + 1;
    }
    return NULL;
}

static void reply_statuses(int fd, const char *ids) {
    static char body[REPLY_BYTES];
    size_t length = 0;
    for (const char *at = ids; at && *at && *at != '&' && length < REPLY_BYTES - 256;) {
        char *end;
        long id = strtol(at, &end, 10);
        if (end == at) break;
        int done = id % 100 < completed_percent;
        length += sprintf(body + length,
            "%s\"%ld\":{\"charge\":\"1.00000\",\"start_count\":\"3572\",\"status\":\"%s\","
            "\"remains\":\"%d\",\"currency\":\"USD\"}",
            length ? "," : "{", id, done ? "Completed" : "In progress", done ? 0 : 500);
        at = *end == ',' ? end + 1 : !strncasecmp(end, "%2c", 3) ? end + 3 : NULL;
    }
    body[length++] = '}';
    reply(fd, body, length);
}

static void answer(int fd, const char *body) {
    static const char services[] =
        "[{\"service\":101,\"name\":\"Followers\",\"type\":\"Default\",\"category\":\"Bench\",\"rate\":\"1.00\","
        "\"min\":10,\"max\":100000,\"refill\":false,\"cancel\":false,\"dripfeed\":false}]";
    static const char balance[] = "{\"balance\":\"1000000.00\",\"currency\":\"USD\"}";
    const char *action = field(body, "action");
    if (!action) reply(fd, "{\"error\":\"Incorrect request\"}", 29);
    else if (!strncmp(action, "add", 3)) {
        if (!delay) return reply_order(fd, ++orders);
        struct late_reply *mine = &late[late_end++ % MAX_CONNECTIONS];
        *mine = (struct late_reply){milliseconds() + delay, fd, ++orders};
    } else if (!strncmp(action, "status", 6)) {
        const char *ids = field(body, "orders");
        reply_statuses(fd, ids ? ids : field(body, "order"));
    } else if (!strncmp(action, "services", 8)) reply(fd, services, sizeof services - 1);
    else reply(fd, balance, sizeof balance - 1);
}

/* Answers each whole request in the buffer, and keeps the rest. */
static void serve(int fd, struct connection *connection) {
    for (;;) {
        connection->request[connection->filled] = 0;
        char *head_end = strstr(connection->request, "\r\n\r\n");
        if (!head_end) return;
        char *length_at = strcasestr(connection->request, "\r\ncontent-length:");
        size_t length = length_at && length_at < head_end ? strtoul(length_at + 17, NULL, 10) : 0;
        size_t whole = head_end + 4 - connection->request + length;
        if (connection->filled < whole) return;
        char next = connection->request[whole];
        connection->request[whole] = 0;
        answer(fd, head_end + 4);
        connection->request[whole] = next;
        memmove(connection->request, connection->request + whole, connection->filled - whole);
        connection->filled -= whole;
    }
}

int main(int count, char **arguments) {
    for (int i = 1; i + 1 < count; i += 2) {
        if (!strcmp(arguments[i], "--delay")) delay = atol(arguments[i + 1]);
        if (!strcmp(arguments[i], "--completed")) completed_percent = atol(arguments[i + 1]);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0), yes = 1;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024))
        fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &address_length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN, .data.fd = listener});

    for (;;) {
        struct epoll_event events[256];
        int64_t left = late_first == late_end ? -1 : late[late_first % MAX_CONNECTIONS].due - milliseconds();
        int ready = epoll_wait(poll, events, 256, late_first == late_end ? -1 : left < 0 ? 0 : left);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) continue;
                if (fd >= MAX_CONNECTIONS) { close(fd); continue; }
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                if (!connections[fd]) connections[fd] = malloc(sizeof(struct connection));
                connections[fd]->filled = 0;
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd});
                continue;
            }
            struct connection *connection = connections[fd];
            ssize_t got = read(fd, connection->request + connection->filled,
                               REQUEST_BYTES - 1 - connection->filled);
            if (got <= 0) { close(fd); continue; }
            connection->filled += got;
            serve(fd, connection);
        }
        for (int64_t now = milliseconds(); late_first != late_end; late_first++) {
            struct late_reply *first = &late[late_first % MAX_CONNECTIONS];
            if (first->due > now) break;
            reply_order(first->fd, first->order);
        }
    }
}
