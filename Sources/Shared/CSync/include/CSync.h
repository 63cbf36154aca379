#ifndef CSYNC_H
#define CSYNC_H

// syncfs(2), which Swift's Glibc does not show.
int csync_syncfs(int descriptor);

#endif
