#define _GNU_SOURCE
#include "CSync.h"

#include <unistd.h>

int csync_syncfs(int descriptor) {
    return syncfs(descriptor);
}
