// A closed-loop load on one HTTP/1.1 server: N keep-alive connections, each sends its next request on its answer.
//
//     load [-c CONNECTIONS] [-w WARM_UP_SECONDS] [-d SECONDS] [-b BODY_FILE] [-H 'NAME: VALUE']... URL
//
// One epoll thread. Latency runs from the first byte written to the last byte read. Only 2xx answers that end inside
// the measured time count towards rps and the percentiles; `answers` and `codes` count every answer of the whole run,
// so that CPU taken over the whole run can be divided by them. After the measured time no new request starts and those
// under way are waited for, so no request is left half paid for. Prints one JSON line.

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
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 4096,
    HEAD_BYTES_MAX = 16384,
    CHUNK_BYTES = 256 << 10,
    EVENTS_MAX = 256,
    STATUS_MAX = 600,
    ERRORS_MAX = 10000,
};
static const double drain_seconds_max = 10;

// How the end of an answer's body is told.
typedef enum { BY_LENGTH, BY_CHUNKS, BY_CLOSE } Framing;
// Where a chunked body's reader stands.
typedef enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER } ChunkState;

typedef struct {
    int socket;
    int waits_to_write;
    size_t sent;
    double started;
    // The answer:
    int status, in_body, close_after;
    Framing framing;
    ChunkState chunk_state;
    size_t body_left;
    size_t trailer_line;     // length of the trailer line being read
    size_t head_length;
    char head[HEAD_BYTES_MAX + 1];
} Connection;

static struct {
    struct sockaddr_in address;
    char host[128], path[1024], headers[4096];
    const char *body_file;
    int connections;
    double warm_up, duration;
} options = {.connections = 1, .warm_up = 0.5, .duration = 3};

static char *request;
static size_t request_length;
static char chunk[CHUNK_BYTES];
static int epoll;
static double measured_from, measured_until;
static int draining;
static size_t under_way;

static float *latencies;     // microseconds
static size_t latency_count, latency_room;
static size_t answers, errors, connects, status_counts[STATUS_MAX];

static void die(const char *what, const char *why) {
    fprintf(stderr, "load: %s: %s\n", what, why);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

// --- What is sent ---------------------------------------------------------------------------------------------------

static void parse_url(const char *url) {
    int port = 80, used = 0;
    if (sscanf(url, "http://%127[^:/]%n", options.host, &used) != 1) die(url, "not an http:// URL");
    if (url[used] == ':') port = strtol(url + used + 1, (char **)&url, 10);
    else url += used;
    snprintf(options.path, sizeof options.path, "%s", *url ? url : "/");

    options.address.sin_family = AF_INET;
    options.address.sin_port = htons(port);
    const char *numeric = strcmp(options.host, "localhost") ? options.host : "127.0.0.1";
    if (inet_pton(AF_INET, numeric, &options.address.sin_addr) != 1) die(options.host, "not an IPv4 address");
    snprintf(options.host + strlen(options.host), 8, ":%d", port);
}

static void add_header(const char *header) {
    size_t used = strlen(options.headers);
    if (used + strlen(header) + 3 > sizeof options.headers) die(header, "too many headers");
    sprintf(options.headers + used, "%s\r\n", header);
}

static void parse_options(int count, char **arguments) {
    for (int option; (option = getopt(count, arguments, "c:w:d:b:H:")) > 0;) {
        switch (option) {
        case 'c': options.connections = atoi(optarg); break;
        case 'w': options.warm_up = atof(optarg); break;
        case 'd': options.duration = atof(optarg); break;
        case 'b': options.body_file = optarg; break;
        case 'H': add_header(optarg); break;
        default: exit(2);
        }
    }
    if (optind + 1 != count) die("usage", "load [-c N] [-w S] [-d S] [-b FILE] [-H 'NAME: VALUE']... URL");
    if (options.connections < 1 || options.connections > CONNECTIONS_MAX) die("-c", "must be 1 to 4096");
    parse_url(arguments[optind]);
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) die(path, strerror(errno));
    fseek(file, 0, SEEK_END);
    *length = ftell(file);
    rewind(file);
    char *content = malloc(*length);
    if (fread(content, 1, *length, file) != *length) die(path, "short read");
    fclose(file);
    return content;
}

// Head and body in one block, so that a small request leaves in one write and one packet.
static void make_request(void) {
    size_t body_length = 0;
    char *body = options.body_file ? read_file(options.body_file, &body_length) : NULL;
    request = malloc(body_length + sizeof options.headers + sizeof options.path + 512);
    request_length = sprintf(request, "%s %s HTTP/1.1\r\nHost: %s\r\n%s", body ? "POST" : "GET", options.path,
                             options.host, options.headers);
    if (body) request_length += sprintf(request + request_length, "Content-Length: %zu\r\n", body_length);
    request_length += sprintf(request + request_length, "\r\n");
    memcpy(request + request_length, body ? body : "", body_length);
    request_length += body_length;
    free(body);
}

// --- Connections ----------------------------------------------------------------------------------------------------

static void watch(Connection *connection, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(epoll, operation, connection->socket, &event) < 0) die("epoll_ctl", strerror(errno));
}

static void begin_request(Connection *connection) {
    connection->sent = connection->head_length = 0;
    connection->in_body = connection->close_after = 0;
    connection->started = now();
}

static void connect_again(Connection *connection) {
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->socket < 0) die("socket", strerror(errno));
    int on = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connection->socket, (struct sockaddr *)&options.address, sizeof options.address) < 0
        && errno != EINPROGRESS) die("connect", strerror(errno));
    connects++;
    begin_request(connection);
    connection->waits_to_write = 1;
    watch(connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void hang_up(Connection *connection) {
    close(connection->socket);
    connection->socket = -1;
}

// A connection that broke under a request: counted, then replaced.
static void fail(Connection *connection) {
    errors++;
    if (errors > ERRORS_MAX) die("server", "too many broken connections");
    hang_up(connection);
    if (draining) under_way--;
    else connect_again(connection);
}

static void write_request(Connection *connection) {
    while (connection->sent < request_length) {
        ssize_t count = send(
            connection->socket, request + connection->sent, request_length - connection->sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) {
            if (!connection->waits_to_write) watch(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            connection->waits_to_write = 1;
            return;
        }
        if (count < 0) return fail(connection);
        connection->sent += count;
    }
    if (connection->waits_to_write) watch(connection, EPOLL_CTL_MOD, EPOLLIN);
    connection->waits_to_write = 0;
}

// --- Answers --------------------------------------------------------------------------------------------------------

static void keep_latency(double seconds) {
    if (latency_count == latency_room) {
        latency_room = latency_room ? 2 * latency_room : 1 << 16;
        latencies = realloc(latencies, latency_room * sizeof *latencies);
    }
    latencies[latency_count++] = seconds * 1e6;
}

static void end_answer(Connection *connection) {
    double ended = now();
    answers++;
    if (connection->status > 0 && connection->status < STATUS_MAX) status_counts[connection->status]++;
    if (connection->status / 100 == 2 && ended >= measured_from && ended < measured_until)
        keep_latency(ended - connection->started);

    if (draining) {
        under_way--;
        hang_up(connection);
    } else if (connection->close_after) {
        hang_up(connection);
        connect_again(connection);
    } else {
        begin_request(connection);
        write_request(connection);
    }
}

// The value of a header in a head that ends in an empty string's terminator, or NULL.
static const char *header(const char *head, const char *name) {
    size_t length = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, name, length) && line[2 + length] == ':')
            return line + 3 + length + strspn(line + 3 + length, " \t");
    return NULL;
}

static void read_head(Connection *connection) {
    const char *head = connection->head;
    const char *length = header(head, "Content-Length"), *coding = header(head, "Transfer-Encoding");
    const char *persistence = header(head, "Connection");
    if (strlen(head) < 12 || sscanf(head, "HTTP/1.%*d %d", &connection->status) != 1) die("answer", "not HTTP/1");

    int old = !strncmp(head, "HTTP/1.0", 8);
    connection->close_after = persistence ? !strncasecmp(persistence, "close", 5) : old;
    connection->framing = coding ? BY_CHUNKS : length || connection->status == 204 ? BY_LENGTH : BY_CLOSE;
    connection->body_left = length ? strtoull(length, NULL, 10) : 0;
    connection->chunk_state = CHUNK_SIZE;
    connection->in_body = 1;
    if (connection->status == 100) connection->in_body = connection->head_length = 0;
}

// Gathers the head; answers how many of the given bytes belonged to it.
static size_t take_head(Connection *connection, const char *bytes, size_t count) {
    size_t before = connection->head_length, room = HEAD_BYTES_MAX - before;
    size_t taken = count < room ? count : room;
    memcpy(connection->head + before, bytes, taken);
    connection->head_length += taken;
    connection->head[connection->head_length] = 0;
    char *end = strstr(connection->head, "\r\n\r\n");
    if (!end) {
        if (connection->head_length == HEAD_BYTES_MAX) die("answer", "its head is too long");
        return taken;
    }
    size_t used = end + 4 - connection->head - before;
    end[2] = 0;
    read_head(connection);
    return used;
}

static int hex_digit(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

// Takes one byte of a chunked body that is not data; answers 1 when the body has ended.
static int take_chunk_byte(Connection *connection, char byte) {
    switch (connection->chunk_state) {
    case CHUNK_SIZE:
        if (hex_digit(byte) >= 0) connection->body_left = connection->body_left * 16 + hex_digit(byte);
        else if (byte != '\n') connection->chunk_state = byte == ';' ? CHUNK_EXTENSION : CHUNK_SIZE;
        if (byte != '\n') return 0;
        connection->chunk_state = connection->body_left ? CHUNK_DATA : CHUNK_TRAILER;
        connection->trailer_line = 0;
        return 0;
    case CHUNK_EXTENSION:
        if (byte == '\n') connection->chunk_state = connection->body_left ? CHUNK_DATA : CHUNK_TRAILER;
        return 0;
    case CHUNK_DATA_END:
        if (byte == '\n') connection->chunk_state = CHUNK_SIZE;
        return 0;
    default:  // CHUNK_TRAILER: ends at its first empty line
        if (byte == '\n' && connection->trailer_line == 0) return 1;
        if (byte == '\n') connection->trailer_line = 0;
        else if (byte != '\r') connection->trailer_line++;
        return 0;
    }
}

static size_t take_data(Connection *connection, size_t count) {
    size_t taken = count < connection->body_left ? count : connection->body_left;
    connection->body_left -= taken;
    return taken;
}

// Takes some of a body; answers how many bytes, and tells whether the body has ended.
static size_t take_body(Connection *connection, const char *bytes, size_t count, int *ended) {
    if (connection->framing == BY_CLOSE) return count;
    if (connection->framing == BY_CHUNKS && connection->chunk_state != CHUNK_DATA) {
        *ended = take_chunk_byte(connection, *bytes);
        return 1;
    }
    size_t taken = take_data(connection, count);
    if (connection->body_left == 0 && connection->framing == BY_CHUNKS) connection->chunk_state = CHUNK_DATA_END;
    *ended = connection->body_left == 0 && connection->framing == BY_LENGTH;
    return taken;
}

// Answers 1 when the bytes completed the answer. Bytes after that would be an answer to nothing.
static int take(Connection *connection, const char *bytes, size_t count) {
    while (count > 0) {
        int ended = 0;
        size_t taken = connection->in_body ? take_body(connection, bytes, count, &ended)
                                           : take_head(connection, bytes, count);
        bytes += taken;
        count -= taken;
        if (connection->in_body && connection->framing == BY_LENGTH && connection->body_left == 0) ended = 1;
        if (ended && count) die("answer", "more bytes than it announced");
        if (ended) return 1;
    }
    return 0;
}

static void read_answer(Connection *connection) {
    for (;;) {
        ssize_t count = recv(connection->socket, chunk, sizeof chunk, 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) {
            int whole = count == 0 && connection->in_body && connection->framing == BY_CLOSE;
            connection->close_after = 1;
            return whole ? end_answer(connection) : fail(connection);
        }
        if (take(connection, chunk, count)) return end_answer(connection);
        if (count < (ssize_t)sizeof chunk) return;
    }
}

// --- The run --------------------------------------------------------------------------------------------------------

static void handle(Connection *connection, uint32_t events) {
    int socket = connection->socket;
    if (socket < 0) return;
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) read_answer(connection);
    // The answer may have closed the socket, or closed it and opened another, which has its own events.
    if (connection->socket == socket && connection->waits_to_write && (events & EPOLLOUT)) write_request(connection);
}

static void start_draining(void) {
    draining = 1;
    under_way = options.connections;
}

static void run(Connection *connections) {
    struct epoll_event events[EVENTS_MAX];
    for (int i = 0; i < options.connections; i++) connect_again(&connections[i]);
    for (double time = now(); time < measured_until + drain_seconds_max; time = now()) {
        if (time >= measured_until && !draining) start_draining();
        if (draining && under_way == 0) return;
        int ready = epoll_wait(epoll, events, EVENTS_MAX, 10);
        for (int i = 0; i < ready; i++) handle(events[i].data.ptr, events[i].events);
    }
}

static int compare(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static double percentile(double part) {
    return latency_count ? latencies[(size_t)((latency_count - 1) * part)] : 0;
}

static double own_cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void report(void) {
    qsort(latencies, latency_count, sizeof *latencies, compare);
    printf("{\"connections\":%d,\"seconds\":%.3f,\"request_bytes\":%zu,\"measured\":%zu,\"rps\":%.2f,"
           "\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,"
           "\"answers\":%zu,\"errors\":%zu,\"connects\":%zu,\"cpu_s\":%.3f,\"codes\":{",
           options.connections, options.duration, request_length, latency_count, latency_count / options.duration,
           percentile(0.5), percentile(0.9), percentile(0.99), percentile(0.999), percentile(1), answers, errors,
           connects, own_cpu_seconds());
    const char *separator = "";
    for (int status = 0; status < STATUS_MAX; status++) {
        if (status_counts[status] == 0) continue;
        printf("%s\"%d\":%zu", separator, status, status_counts[status]);
        separator = ",";
    }
    printf("}}\n");
}

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    parse_options(count, arguments);
    make_request();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    measured_from = now() + options.warm_up;
    measured_until = measured_from + options.duration;
    run(calloc(options.connections, sizeof(Connection)));
    report();
    return 0;
}
