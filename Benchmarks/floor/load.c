/* The load of the `upload` rows: calls over HTTP/1.1 on loopback, each connection one call at a time.
 *
 *     load put|add|status PORT CONNECTIONS COUNT FIRST SIZE < keys
 *
 * Makes COUNT calls, numbered from FIRST. Keys come a line each and are dealt to the connections in
 * turn, so that the number of keys is the number of users.
 *
 *     put      PUT /v1/files/load-NUMBER.json, a batch padded to SIZE bytes
 *     add      POST /api/v2, action=add, for a link of its own
 *     status   POST /api/v2, action=status of 100 ids between 1 and SIZE, in no order
 *
 * Prints the seconds from the first call to the last reply, and of the calls the median and the 99th
 * percentile in milliseconds. It fails at the first reply that is not a success.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 4096, REPLY_BYTES = 65536, HEAD_BYTES = 1024, IDS = 100 };

struct connection {
    int fd;
    const char *key;
    char *request, *reply;
    size_t length, sent, filled;
    double begun;
};

static enum { PUT, ADD, STATUS } kind;
static long first, count, size, started, answered;
static struct connection connections[MAX_CONNECTIONS];
static double *took;
static int poll_fd;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

/* Links come in no order, as in life: see `order` in Benchmarks/rig/workplace.py. */
static long scattered(long number) { return number * 48271 % 99999989; }

/* A batch of one order and of blanks. Every body is another. */
static void put_body(char *body, long number) {
    int written = sprintf(body,
        "{\"orders\":[{\"ref\":\"L-%08ld\",\"service\":101,\"link\":\"https://social.example/acme/posts/%08ld\","
        "\"quantity\":1000}]", number, scattered(number));
    if (written + 1 > size) fail("a body has at least %d bytes", written + 1);
    memset(body + written, ' ', size - written - 1);
    body[size - 1] = '}';
}

static size_t form_body(char *body, const char *key, long number) {
    if (kind == ADD)
        return sprintf(body,
            "key=%s&action=add&service=101&quantity=1000&"
            "link=https%%3A%%2F%%2Fsocial.example%%2Facme%%2Fposts%%2F%08ld", key, scattered(number));
    size_t length = sprintf(body, "key=%s&action=status&orders=", key);
    for (long i = 0; i < IDS; i++)
        length += sprintf(body + length, "%s%ld", i ? "%2C" : "", scattered(number * IDS + i) % size + 1);
    return length;
}

static void push(struct connection *connection) {
    while (connection->sent < connection->length) {
        ssize_t wrote = write(connection->fd, connection->request + connection->sent,
                              connection->length - connection->sent);
        if (wrote < 0 && errno != EAGAIN) fail("a call was not taken: %s", strerror(errno));
        if (wrote <= 0) break;
        connection->sent += wrote;
    }
    int all = connection->sent == connection->length;
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, connection->fd,
              &(struct epoll_event){.events = all ? EPOLLIN : EPOLLIN | EPOLLOUT, .data.ptr = connection});
}

static void start(struct connection *connection) {
    long number = first + started++;
    if (kind == PUT) {
        connection->length = sprintf(connection->request,
            "PUT /v1/files/load-%ld.json HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
            "Content-Type: application/json\r\nContent-Length: %ld\r\n\r\n", number, connection->key, size);
        put_body(connection->request + connection->length, number);
        connection->length += size;
    } else {
        char body[4096];
        size_t length = form_body(body, connection->key, number);
        connection->length = sprintf(connection->request,
            "POST /api/v2 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Content-Length: %zu\r\n\r\n", length);
        memcpy(connection->request + connection->length, body, length);
        connection->length += length;
    }
    connection->sent = connection->filled = 0;
    connection->begun = seconds();
    push(connection);
}

/* Whether the whole reply is there; it must be a success. */
static int is_answered(struct connection *connection) {
    char *reply = connection->reply;
    reply[connection->filled] = 0;
    char *head_end = strstr(reply, "\r\n\r\n");
    if (!head_end) return 0;
    char *length_at = strcasestr(reply, "\r\ncontent-length:");
    if (!length_at || length_at > head_end) fail("a reply without a length:\n%s", reply);
    if (connection->filled < head_end + 4 - reply + strtoul(length_at + 17, NULL, 10)) return 0;
    const char *wanted = kind == PUT ? " 201 " : " 200 ";
    const char *shown = kind == PUT ? "" : kind == ADD ? "\"order\"" : "\"remains\"";
    if (strncmp(reply + 8, wanted, 5) || !strstr(head_end, shown) || strstr(head_end, "\"error\""))
        fail("a call failed:\n%s", reply);
    return 1;
}

static void dial(struct connection *connection, int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int yes = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof address))
        fail("port %d: %s", port, strerror(errno));
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(connection->fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, connection->fd, &(struct epoll_event){.data.ptr = connection});
    connection->request = malloc(HEAD_BYTES + (kind == PUT ? size : 4096));
    connection->reply = malloc(REPLY_BYTES);
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

int main(int argument_count, char **arguments) {
    if (argument_count != 7) fail("usage: load put|add|status PORT CONNECTIONS COUNT FIRST SIZE < keys");
    kind = !strcmp(arguments[1], "put") ? PUT : !strcmp(arguments[1], "add") ? ADD : STATUS;
    int port = atoi(arguments[2]), at_once = atoi(arguments[3]), keys = 0;
    count = atol(arguments[4]), first = atol(arguments[5]), size = atol(arguments[6]);
    char *key[MAX_CONNECTIONS], line[256];
    while (keys < MAX_CONNECTIONS && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        key[keys++] = strdup(line);
    }
    if (!keys || at_once < 1 || at_once > MAX_CONNECTIONS || count < 1) fail("nothing to do");

    took = malloc(count * sizeof *took);
    poll_fd = epoll_create1(0);
    for (int i = 0; i < at_once; i++) {
        connections[i].key = key[i % keys];
        dial(&connections[i], port);
    }
    double begun = seconds();
    for (int i = 0; i < at_once && started < count; i++) start(&connections[i]);
    while (answered < count) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll_fd, events, 256, 60000);
        if (ready == 0) fail("no reply within a minute; %ld of %ld calls are answered", answered, count);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) push(connection);
            if (!(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
            ssize_t got = read(connection->fd, connection->reply + connection->filled,
                               REPLY_BYTES - 1 - connection->filled);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0) fail("the connection ended; %ld of %ld calls are answered", answered, count);
            connection->filled += got;
            if (!is_answered(connection)) continue;
            took[answered++] = seconds() - connection->begun;
            if (started < count) start(connection);
        }
    }
    double all = seconds() - begun;
    qsort(took, count, sizeof *took, by_size);
    printf("%.6f %.3f %.3f\n", all, took[count / 2] * 1000, took[(count * 99 - 1) / 100] * 1000);
    return 0;
}
