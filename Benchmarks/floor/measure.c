/* Runs a program and reports how long it took and its peak of memory.
 *
 *     measure DESCRIPTOR PROGRAM [ARGUMENT…]
 *
 * Writes seconds, kibibytes and exit status to DESCRIPTOR. It is in C because the kernel counts the
 * memory of the forking process as the child's own until its exec: with a runner in Python, its tens
 * of MiB would be measured.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count < 3) return fprintf(stderr, "usage: measure DESCRIPTOR PROGRAM [ARGUMENT...]\n"), 64;
    int result = atoi(arguments[1]), status;
    fcntl(result, F_SETFD, FD_CLOEXEC);
    double begun = seconds();
    pid_t child = fork();
    if (child == 0) {
        execv(arguments[2], arguments + 2);
        perror(arguments[2]);
        _exit(127);
    }
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) return perror("measure"), 71;
    dprintf(result, "%.6f %ld %d\n", seconds() - begun, usage.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
