#ifndef CSYNC_H
#define CSYNC_H

// syncfs(2), which Swift's Glibc does not show.
int csync_syncfs(int descriptor);

// renameat2(2) that replaces nothing: EEXIST if the new name is taken.
int csync_rename_new(int directory, const char *name, int new_directory, const char *new_name);

#endif
