#define _GNU_SOURCE
#include "CSync.h"

#include <stdio.h>
#include <unistd.h>

int csync_syncfs(int descriptor) {
    return syncfs(descriptor);
}

int csync_rename_new(int directory, const char *name, int new_directory, const char *new_name) {
    return renameat2(directory, name, new_directory, new_name, RENAME_NOREPLACE);
}
