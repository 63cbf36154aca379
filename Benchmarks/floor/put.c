/* The floor of `upload`: takes files over HTTP as durably, and does nothing else.
 *
 *     put FOLDER
 *
 * Prints its port and serves until it is killed. For each PUT it writes FOLDER/tmp/N, syncs it,
 * renames it to FOLDER/files/NAME, syncs that folder and answers 201. A thread for each connection, so
 * that syncs run beside each other. It reads only whole requests of well-behaved clients, and knows no
 * keys, digests or earlier files: it is a rig, not a server.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_BYTES = 1 << 20, STACK_BYTES = 128 * 1024 };

static int tmp, files;
static atomic_ulong next;

static void fail(const char *what) { perror(what); exit(1); }

/* Puts the bytes under that name, durably. */
static void keep(const char *name, const char *bytes, size_t count) {
    char staged[32];
    sprintf(staged, "%lu", atomic_fetch_add(&next, 1));
    int fd = openat(tmp, staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) fail("open");
    for (size_t done = 0; done < count;) {
        ssize_t wrote = write(fd, bytes + done, count - done);
        if (wrote < 0) fail("write");
        done += wrote;
    }
    if (fsync(fd)) fail("sync");
    close(fd);
    if (renameat2(tmp, staged, files, name, RENAME_NOREPLACE)) fail("rename");
    if (fsync(files)) fail("sync folder");
}

/* Takes the whole request at the beginning of the buffer, and tells its length; 0 if it is not whole. */
static size_t take(int fd, char *request, size_t filled) {
    request[filled] = 0;
    char *head_end = strstr(request, "\r\n\r\n");
    if (!head_end) return 0;
    char *length_at = strcasestr(request, "\r\ncontent-length:");
    size_t length = length_at && length_at < head_end ? strtoul(length_at + 17, NULL, 10) : 0;
    size_t whole = head_end + 4 - request + length;
    if (whole >= REQUEST_BYTES) return fprintf(stderr, "a request is too long\n"), exit(1), 0;
    if (filled < whole) return 0;

    char *path_end = strchr(request + 4, ' '), *name = path_end;
    if (strncmp(request, "PUT ", 4) || !path_end) return fprintf(stderr, "not a PUT\n"), exit(1), 0;
    *path_end = 0;
    while (name[-1] != '/' && name[-1] != ' ') name--;
    keep(name, head_end + 4, length);

    char reply[512], body[384];
    int body_length = snprintf(body, sizeof body, "{\"file\":\"%s\",\"bytes\":%zu}", name, length);
    int reply_length = snprintf(reply, sizeof reply,
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", body_length, body);
    /* A reply fits into the socket's buffer, so it is written whole, unless the client is gone. */
    return write(fd, reply, reply_length) < 0 ? 0 : whole;
}

static void *serve(void *connection) {
    int fd = (int)(intptr_t)connection;
    char *request = malloc(REQUEST_BYTES);
    size_t filled = 0;
    for (ssize_t got; (got = read(fd, request + filled, REQUEST_BYTES - 1 - filled)) > 0;) {
        filled += got;
        for (size_t whole; (whole = take(fd, request, filled)) > 0; filled -= whole)
            memmove(request, request + whole, filled - whole);
    }
    free(request);
    close(fd);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 2) return fprintf(stderr, "usage: put FOLDER\n"), 64;
    if (chdir(arguments[1])) fail(arguments[1]);
    tmp = open("tmp", O_RDONLY | O_DIRECTORY);
    files = open("files", O_RDONLY | O_DIRECTORY);
    if (tmp < 0 || files < 0) fail("tmp, files");

    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &address_length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) fail("accept");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        pthread_t thread;
        if (pthread_create(&thread, &small, serve, (void *)(intptr_t)fd)) fail("thread");
    }
}
