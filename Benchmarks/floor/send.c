/* The floor of `dispatch`: sends the same bodies with libcurl's multi interface, without a ledger.
 *
 *     send URL AT_ONCE < bodies            one body a line
 *
 * Prints the seconds from the first request to the last reply, and fails unless all replies are 200.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char **bodies;
static size_t body_count, next_body;
static CURLM *multi;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void read_bodies(void) {
    char *line = NULL;
    size_t room = 0, capacity = 0;
    for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        if (body_count == capacity) {
            capacity = capacity * 2 + 1024;
            bodies = realloc(bodies, capacity * sizeof *bodies);
        }
        bodies[body_count++] = strdup(line);
    }
    free(line);
}

static size_t ignore_reply(char *bytes, size_t size, size_t count, void *context) {
    return size * count;
}

static void start(CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bodies[next_body++]);
    curl_multi_add_handle(multi, easy);
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "usage: send URL AT_ONCE < bodies\n"), 64;
    size_t at_once = strtoul(arguments[2], NULL, 10), answered = 0;
    read_bodies();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)at_once);

    double begun = seconds();
    for (size_t i = 0; i < at_once && next_body < body_count; i++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, arguments[1]);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_reply);
        start(easy);
    }
    while (answered < body_count) {
        int running, queued;
        curl_multi_perform(multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &queued));) {
            CURL *easy = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result != CURLE_OK || status != 200)
                return fprintf(stderr, "a request failed: %s, status %ld\n",
                               curl_easy_strerror(message->data.result), status), 1;
            answered++;
            curl_multi_remove_handle(multi, easy);
            if (next_body < body_count) start(easy);
            else curl_easy_cleanup(easy);
        }
        if (answered < body_count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    printf("%.6f\n", seconds() - begun);
    return 0;
}
