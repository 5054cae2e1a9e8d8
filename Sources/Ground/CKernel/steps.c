#define _GNU_SOURCE
#include "steps.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int ls_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int ls_child_bell(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void ls_child_bell_hush(int bell) {
    struct signalfd_siginfo news;
    while (read(bell, &news, sizeof news) == sizeof news) {}
}

static int parent_of(int pid) {
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return -1;
    text[count] = 0;
    // A program's name may hold anything, even parentheses: what matters follows the last one.
    const char *rest = strrchr(text, ')');
    int parent = -1;
    char state;
    return rest && sscanf(rest + 1, " %c %d", &state, &parent) == 2 ? parent : -1;
}

bool ls_signal_child(int pid, int parent, int signal) {
    int handle = (int)syscall(SYS_pidfd_open, pid, 0);
    if (handle < 0) {
        // Kernels before 5.3 have no handles; the window between looking and killing is then microseconds.
        return errno == ENOSYS && parent_of(pid) == parent && kill(pid, signal) == 0;
    }
    bool sent = parent_of(pid) == parent && syscall(SYS_pidfd_send_signal, handle, signal, NULL, 0) == 0;
    close(handle);
    return sent;
}

struct failure { int stage, error; };

static void give_up(int report, int stage) {
    struct failure failure = {stage, errno};
    ssize_t written = write(report, &failure, sizeof failure);
    _exit(written == sizeof failure ? 127 : 126);
}

static void plain_signals(void) {
    // An ignored signal stays ignored through exec, and a program that cannot be asked to end must be killed.
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become(const ls_step *step, int parent, int report) {
    setsid();
    plain_signals();
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(step->out, 1) < 0 || dup2(step->err, 2) < 0)
        give_up(report, LS_STEP_STARTING);
    umask(022);
    if (step->changes_user) {
        if (setgroups((size_t)step->group_count, step->groups) != 0) give_up(report, LS_STEP_GROUPS);
        if (setresgid(step->gid, step->gid, step->gid) != 0) give_up(report, LS_STEP_GROUPS);
        if (setresuid(step->uid, step->uid, step->uid) != 0) give_up(report, LS_STEP_USER);
    }
    // > The parent-death signal setting is cleared [...] upon changes of credentials. <man 2 prctl>: so it comes after.
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(126);
    if (chdir(step->folder) != 0) give_up(report, LS_STEP_FOLDER);
    // Whatever else is open here closes with exec, the report too.
    syscall(SYS_close_range, 3, ~0u, 1u << 2);
    execve(step->argv[0], step->argv, step->envp);
    give_up(report, LS_STEP_PROGRAM);
}

int ls_step_start(const ls_step *step, int *stage) {
    int ends[2];
    *stage = LS_STEP_STARTING;
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    int parent = getpid();
    int pid = fork();
    if (pid == 0) become(step, parent, ends[1]);
    int error = errno;
    close(ends[1]);
    struct failure failure;
    if (pid > 0 && read(ends[0], &failure, sizeof failure) == sizeof failure) {
        *stage = failure.stage;
        pid = -failure.error;
    } else if (pid < 0) {
        pid = -error;
    }
    close(ends[0]);
    return pid;
}
