// The price of the socket: reads each request whole, runs no model, answers one fixed JSON.
//
//     null_server PORT
//
// One epoll thread, HTTP/1.1 keep-alive, bodies by Content-Length only. Prints the port it listens on (useful with 0).
// Whatever a real server spends beyond this one, it spends on its own account.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_BYTES_MAX = 8192, CHUNK_BYTES = 256 << 10, EVENTS_MAX = 128, BACKLOG = 1024 };

static const char answer[] =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 14\r\n"
    "\r\n"
    "{\"outputs\":[]}";

typedef struct {
    int socket;
    size_t head_length;      // bytes of the head gathered so far
    size_t body_left;        // bytes of the body still to come; meaningful once `in_body`
    int in_body;
    char head[HEAD_BYTES_MAX + 1];
} Connection;

static char chunk[CHUNK_BYTES];

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
    if (listen(listener, BACKLOG) < 0) die("listen");
    return listener;
}

static int port_of(int listener) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

static void watch(int epoll, int socket, Connection *connection) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) < 0) die("epoll_ctl");
}

static void accept_all(int epoll, int listener) {
    for (;;) {
        int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
        if (socket < 0) return;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Connection *connection = calloc(1, sizeof *connection);
        connection->socket = socket;
        watch(epoll, socket, connection);
    }
}

static void hang_up(Connection *connection) {
    close(connection->socket);
    free(connection);
}

static size_t content_length(const char *head) {
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, "content-length:", 15)) return strtoull(line + 17, NULL, 10);
    return 0;
}

// Gathers the head; answers how many of the given bytes belonged to it, or -1 when it is too long.
static ssize_t take_head(Connection *connection, const char *bytes, size_t count) {
    size_t before = connection->head_length, room = HEAD_BYTES_MAX - before;
    size_t taken = count < room ? count : room;
    memcpy(connection->head + before, bytes, taken);
    connection->head_length += taken;
    connection->head[connection->head_length] = 0;

    char *end = strstr(connection->head, "\r\n\r\n");
    if (!end) return taken == count ? (ssize_t)taken : -1;
    end[2] = 0;
    connection->body_left = content_length(connection->head);
    connection->in_body = 1;
    return end + 4 - connection->head - before;
}

static size_t take_body(Connection *connection, size_t count) {
    size_t taken = count < connection->body_left ? count : connection->body_left;
    connection->body_left -= taken;
    return taken;
}

// Answers and makes the connection ready for the next request. The answer is far smaller than any socket buffer.
static int answer_request(Connection *connection) {
    connection->head_length = 0;
    connection->in_body = 0;
    return send(connection->socket, answer, sizeof answer - 1, MSG_NOSIGNAL) == (ssize_t)sizeof answer - 1;
}

static int take(Connection *connection, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t taken = connection->in_body ? (ssize_t)take_body(connection, count)
                                            : take_head(connection, bytes, count);
        if (taken < 0) return 0;
        bytes += taken;
        count -= taken;
        if (connection->in_body && connection->body_left == 0 && !answer_request(connection)) return 0;
    }
    return 1;
}

// Reads until the socket is dry. A short read means it is, which saves the extra call that would say so.
static void serve(Connection *connection) {
    for (;;) {
        ssize_t count = recv(connection->socket, chunk, sizeof chunk, 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0 || !take(connection, chunk, count)) return hang_up(connection);
        if (count < (ssize_t)sizeof chunk) return;
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: null_server PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(atoi(arguments[1])), epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener, NULL);
    printf("%d\n", port_of(listener));
    fflush(stdout);

    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) serve(events[i].data.ptr);
            else accept_all(epoll, listener);
        }
    }
}
