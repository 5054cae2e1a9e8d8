#include "mqtt.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Every function that is used of the library, once.
#define FUNCTIONS(USE) \
    USE(lib_init) USE(new) USE(destroy) USE(connect_callback_set) USE(disconnect_callback_set) USE(message_callback_set) \
    USE(publish_callback_set) USE(tls_set) USE(int_option) USE(connect) USE(loop) USE(threaded_set) USE(socket) USE(disconnect) \
    USE(subscribe) USE(publish) USE(strerror) USE(max_inflight_messages_set) USE(connect_bind_v5) USE(message_v5_callback_set) \
    USE(subscribe_callback_set) USE(unsubscribe_callback_set) USE(subscribe_v5) USE(unsubscribe) USE(property_add_varint) \
    USE(property_add_int32) USE(property_read_varint) USE(property_read_string_pair) USE(property_free_all)

#define DECLARE(name) static __typeof__(&mosquitto_##name) p_##name;
FUNCTIONS(DECLARE)

enum { LOOP_MS = 1000, STEP_MS = 100, PAUSE_MAX_MS = 30000, CONNECTING_SECONDS = 2 };

struct ls_mqtt {
    struct mosquitto *client;
    ls_mqtt_ear ear;
    char *host;
    int port, keep_alive;
    // What is said when connecting by MQTT 5; null for 3.1.1.
    mosquitto_property *session;
    atomic_bool is_stopping, is_connected, is_connecting;
    // The thread's and the caller's: whoever lets go last frees it, because a thread may hang in a name's resolution.
    atomic_int holders;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended;
};

static const char *missing;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_library(void) {
    void *library = dlopen("libmosquitto.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) { missing = strdup(dlerror()); return; }
#define FIND(name) \
    *(void **)&p_##name = dlsym(library, "mosquitto_" #name); \
    if (!p_##name) { missing = "it has no mosquitto_" #name; return; }
    FUNCTIONS(FIND)
    p_lib_init();
}

const char *ls_mqtt_missing(void) { pthread_once(&once, open_library); return missing; }

static bool is_quiet(ls_mqtt *owner) { return atomic_load(&owner->is_stopping); }

static void on_connect(struct mosquitto *client, void *context, int code) {
    ls_mqtt *owner = context;
    // A program that is started later must not hold the connection open.
    fcntl(p_socket(client), F_SETFD, FD_CLOEXEC);
    if (code == 0) atomic_store(&owner->is_connected, true);
    if (!is_quiet(owner)) owner->ear.connected(owner->ear.context, code);
}

static void lose(ls_mqtt *owner, int code) {
    atomic_store(&owner->is_connected, false);
    if (!is_quiet(owner)) owner->ear.disconnected(owner->ear.context, code);
}

static void on_disconnect(struct mosquitto *client, void *context, int code) { (void)client; lose(context, code); }

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message) {
    (void)client;
    ls_mqtt *owner = context;
    // What was kept for newcomers was said to others before.
    if (is_quiet(owner) || message->retain) return;
    owner->ear.came(owner->ear.context, message->topic, message->payload, (size_t)message->payloadlen);
}

/// The value of a message's last user property of this name, to be freed; null without one.
static char *note_of(const mosquitto_property *properties) {
    char *note = NULL, *name = NULL, *value = NULL;
    for (const mosquitto_property *at = properties; at;) {
        at = p_property_read_string_pair(at, MQTT_PROP_USER_PROPERTY, &name, &value, at != properties);
        if (!at) break;
        bool fits = strcmp(name, LS_MQTT_NOTE) == 0;
        free(name);
        if (!fits) { free(value); continue; }
        free(note);
        note = value;
    }
    return note;
}

static void on_marked(struct mosquitto *client, void *context, const struct mosquitto_message *message, const mosquitto_property *properties) {
    (void)client;
    ls_mqtt *owner = context;
    if (is_quiet(owner) || message->retain) return;
    uint32_t mark = 0;
    p_property_read_varint(properties, MQTT_PROP_SUBSCRIPTION_IDENTIFIER, &mark, false);
    char *note = note_of(properties);
    owner->ear.marked(owner->ear.context, message->topic, message->payload, (size_t)message->payloadlen, (int)mark, note);
    free(note);
}

static void on_unsubscribe(struct mosquitto *client, void *context, int number) {
    (void)client;
    ls_mqtt *owner = context;
    if (!is_quiet(owner)) owner->ear.settled(owner->ear.context, number);
}

static void on_subscribe(struct mosquitto *client, void *context, int number, int count, const int *granted) {
    (void)count; (void)granted;
    on_unsubscribe(client, context, number);
}

static void on_publish(struct mosquitto *client, void *context, int number) {
    (void)client;
    ls_mqtt *owner = context;
    if (!is_quiet(owner)) owner->ear.sent(owner->ear.context, number);
}

ls_mqtt *ls_mqtt_create(const char *client_id, bool forgets, ls_mqtt_ear ear) {
    if (ls_mqtt_missing()) return NULL;
    ls_mqtt *owner = calloc(1, sizeof *owner);
    if (!owner) return NULL;
    owner->ear = ear;
    owner->client = p_new(client_id, forgets, owner);
    if (!owner->client) { free(owner); return NULL; }
    atomic_init(&owner->holders, 1);
    pthread_mutex_init(&owner->lock, NULL);
    pthread_cond_init(&owner->ended, NULL);
    owner->has_ended = true;
    p_threaded_set(owner->client, true);
    p_connect_callback_set(owner->client, on_connect);
    p_disconnect_callback_set(owner->client, on_disconnect);
    p_message_callback_set(owner->client, on_message);
    p_publish_callback_set(owner->client, on_publish);
    p_subscribe_callback_set(owner->client, on_subscribe);
    p_unsubscribe_callback_set(owner->client, on_unsubscribe);
    p_int_option(owner->client, MOSQ_OPT_TCP_NODELAY, 1);
    // The broker's own limit holds: a house that hears of a thousand devices must not be throttled by the client's.
    p_max_inflight_messages_set(owner->client, 0);
    return owner;
}

int ls_mqtt_secure(ls_mqtt *owner, const char *ca_file, const char *certificate, const char *key) {
    return p_tls_set(owner->client, ca_file, NULL, certificate, key, NULL);
}

bool ls_mqtt_speak5(ls_mqtt *owner) {
    // A session lasts as long as the broker keeps it.
    if (p_property_add_int32(&owner->session, MQTT_PROP_SESSION_EXPIRY_INTERVAL, UINT32_MAX) != MOSQ_ERR_SUCCESS) return false;
    p_int_option(owner->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    p_int_option(owner->client, MOSQ_OPT_RECEIVE_MAXIMUM, UINT16_MAX);
    p_message_callback_set(owner->client, NULL);
    p_message_v5_callback_set(owner->client, on_marked);
    return true;
}

void ls_mqtt_free(ls_mqtt *owner) {
    if (!owner || atomic_fetch_sub(&owner->holders, 1) != 1) return;
    p_destroy(owner->client);
    p_property_free_all(&owner->session);
    pthread_mutex_destroy(&owner->lock);
    pthread_cond_destroy(&owner->ended);
    free(owner->host);
    free(owner);
}

static void rest(ls_mqtt *owner, int milliseconds) {
    for (; milliseconds > 0 && !is_quiet(owner); milliseconds -= STEP_MS) usleep(STEP_MS * 1000);
}

static int reach(ls_mqtt *owner) {
    if (!owner->session) return p_connect(owner->client, owner->host, owner->port, owner->keep_alive);
    return p_connect_bind_v5(owner->client, owner->host, owner->port, owner->keep_alive, NULL, owner->session);
}

static void *keep(void *context) {
    ls_mqtt *owner = context;
    int pause = STEP_MS, told = 0;
    while (!is_quiet(owner)) {
        atomic_store(&owner->is_connecting, true);
        int code = reach(owner);
        atomic_store(&owner->is_connecting, false);
        bool came = false;
        while (code == MOSQ_ERR_SUCCESS && !is_quiet(owner)) {
            code = p_loop(owner->client, LOOP_MS, 1);
            came = came || atomic_load(&owner->is_connected);
        }
        // Not every failure is told by the library; one that goes on is told once.
        if (atomic_load(&owner->is_connected) || (code != told && !came)) lose(owner, code);
        told = came ? 0 : code;
        pause = came ? STEP_MS : pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
        rest(owner, pause);
    }
    pthread_mutex_lock(&owner->lock);
    owner->has_ended = true;
    pthread_cond_signal(&owner->ended);
    pthread_mutex_unlock(&owner->lock);
    ls_mqtt_free(owner);
    return NULL;
}

bool ls_mqtt_start(ls_mqtt *owner, const char *host, int port, int keep_alive) {
    pthread_t thread;
    owner->host = strdup(host);
    owner->port = port;
    owner->keep_alive = keep_alive;
    owner->has_ended = false;
    atomic_fetch_add(&owner->holders, 1);
    if (owner->host && pthread_create(&thread, NULL, keep, owner) == 0) {
        pthread_detach(thread);
        return true;
    }
    atomic_fetch_sub(&owner->holders, 1);
    owner->has_ended = true;
    return false;
}

int ls_mqtt_subscribe(ls_mqtt *owner, const char *filter, int quality) {
    return p_subscribe(owner->client, NULL, filter, quality);
}

int ls_mqtt_subscribe_marked(ls_mqtt *owner, const char *filter, int quality, int mark, int *number) {
    if (is_quiet(owner) || !atomic_load(&owner->is_connected)) return MOSQ_ERR_NO_CONN;
    mosquitto_property *properties = NULL;
    int code = p_property_add_varint(&properties, MQTT_PROP_SUBSCRIPTION_IDENTIFIER, (uint32_t)mark);
    // What was kept for newcomers is not asked for.
    int options = MQTT_SUB_OPT_NO_LOCAL | MQTT_SUB_OPT_SEND_RETAIN_NEVER;
    if (code == MOSQ_ERR_SUCCESS) code = p_subscribe_v5(owner->client, number, filter, quality, options, properties);
    p_property_free_all(&properties);
    return code;
}

int ls_mqtt_unsubscribe(ls_mqtt *owner, const char *filter, int *number) {
    if (is_quiet(owner) || !atomic_load(&owner->is_connected)) return MOSQ_ERR_NO_CONN;
    return p_unsubscribe(owner->client, number, filter);
}

int ls_mqtt_publish(ls_mqtt *owner, const char *topic, const void *payload, size_t count, int quality, bool kept, int *number) {
    if (is_quiet(owner) || !atomic_load(&owner->is_connected)) return MOSQ_ERR_NO_CONN;
    return p_publish(owner->client, number, topic, (int)count, payload, quality, kept);
}

const char *ls_mqtt_reason(int code) { return p_strerror ? p_strerror(code) : "libmosquitto is missing"; }

void ls_mqtt_stop(ls_mqtt *owner) {
    p_disconnect(owner->client);
    atomic_store(&owner->is_stopping, true);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CONNECTING_SECONDS;
    pthread_mutex_lock(&owner->lock);
    while (!owner->has_ended) {
        // One that hangs in connecting calls nothing back, and lets go by itself.
        int waited = pthread_cond_timedwait(&owner->ended, &owner->lock, &until);
        if (waited != 0 && atomic_load(&owner->is_connecting)) break;
        if (waited != 0) until.tv_sec += 1;
    }
    pthread_mutex_unlock(&owner->lock);
}
