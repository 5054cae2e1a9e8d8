// Starting a program as another user, and keeping hold of everything that it starts: what posix_spawn cannot do.
#pragma once
#include "kernel.h"

#pragma clang assume_nonnull begin

/// What a step is started with. Its stdin is /dev/null, and it leads a session of its own.
typedef struct {
    char *_Nullable *_Nonnull argv;
    char *_Nullable *_Nonnull envp;
    const char *folder;
    int out, err;
    /// Off: it runs as whoever starts it, and user, group and groups mean nothing.
    bool changes_user;
    uint32_t uid, gid;
    const uint32_t *_Nullable groups;
    int group_count;
} ls_step;

enum { LS_STEP_STARTING, LS_STEP_GROUPS, LS_STEP_USER, LS_STEP_FOLDER, LS_STEP_PROGRAM };

/// Starts it; the process, or minus the error number, with what was being done in `stage`. It is killed when the calling
/// thread ends. Only for a process with one thread.
int ls_step_start(const ls_step *step, int *stage);

/// Has the kernel give orphans among this process's descendants to it, and to nobody further up.
int ls_adopt_orphans(void);

/// A descriptor that becomes readable when a child ends (SIGCHLD is then blocked), or minus one.
int ls_child_bell(void);
/// Takes what the bell has to say.
void ls_child_bell_hush(int bell);

/// Sends `signal` to `pid` if its parent is `parent`: never to a stranger that got the number in between. False when it is gone.
bool ls_signal_child(int pid, int parent, int signal);

#pragma clang assume_nonnull end
