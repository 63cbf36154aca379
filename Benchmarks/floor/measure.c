/* Runs a program and says how long it took and how much memory it had at its peak.
 *
 *     measure DESCRIPTOR PROGRAM [ARGUMENT…]
 *
 * Writes seconds, kibibytes and exit status to DESCRIPTOR. In C because the kernel counts the memory of whoever
 * forks as the child's own, up to its exec: a runner in Python would have its tens of MiB measured.
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
