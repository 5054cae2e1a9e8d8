#include "mqtt.h"
#include <dlfcn.h>
#include <mosquitto.h>
#include <pthread.h>
#include <stdlib.h>

// Every function that is used of the library, once.
#define FUNCTIONS(USE) \
    USE(lib_init) USE(new) USE(destroy) USE(connect_callback_set) USE(disconnect_callback_set) USE(message_callback_set) \
    USE(publish_callback_set) USE(tls_set) USE(int_option) USE(reconnect_delay_set) USE(connect_async) USE(loop_start) USE(loop_stop) \
    USE(disconnect) USE(subscribe) USE(publish) USE(strerror) USE(max_inflight_messages_set)

#define DECLARE(name) static __typeof__(&mosquitto_##name) p_##name;
FUNCTIONS(DECLARE)

struct ls_mqtt { struct mosquitto *client; ls_mqtt_ear ear; };

static const char *missing;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_library(void) {
    void *library = dlopen("libmosquitto.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) { missing = dlerror(); return; }
#define FIND(name) \
    *(void **)&p_##name = dlsym(library, "mosquitto_" #name); \
    if (!p_##name) { missing = "it has no mosquitto_" #name; return; }
    FUNCTIONS(FIND)
    p_lib_init();
}

const char *ls_mqtt_missing(void) { pthread_once(&once, open_library); return missing; }

static void on_connect(struct mosquitto *client, void *context, int code) {
    (void)client;
    ls_mqtt *owner = context;
    owner->ear.connected(owner->ear.context, code);
}

static void on_disconnect(struct mosquitto *client, void *context, int code) {
    (void)client;
    ls_mqtt *owner = context;
    owner->ear.disconnected(owner->ear.context, code);
}

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message) {
    (void)client;
    ls_mqtt *owner = context;
    owner->ear.came(owner->ear.context, message->topic, message->payload, (size_t)message->payloadlen);
}

static void on_publish(struct mosquitto *client, void *context, int number) {
    (void)client;
    ls_mqtt *owner = context;
    owner->ear.sent(owner->ear.context, number);
}

ls_mqtt *ls_mqtt_create(const char *client_id, bool forgets, ls_mqtt_ear ear) {
    if (ls_mqtt_missing()) return NULL;
    ls_mqtt *owner = calloc(1, sizeof *owner);
    if (!owner) return NULL;
    owner->ear = ear;
    owner->client = p_new(client_id, forgets, owner);
    if (!owner->client) { free(owner); return NULL; }
    p_connect_callback_set(owner->client, on_connect);
    p_disconnect_callback_set(owner->client, on_disconnect);
    p_message_callback_set(owner->client, on_message);
    p_publish_callback_set(owner->client, on_publish);
    p_reconnect_delay_set(owner->client, 1, 30, true);
    // The broker's own limit holds: a house that hears of a thousand devices must not be throttled by the client's.
    p_max_inflight_messages_set(owner->client, 0);
    return owner;
}

int ls_mqtt_secure(ls_mqtt *owner, const char *ca_file, const char *certificate, const char *key) {
    return p_tls_set(owner->client, ca_file, NULL, certificate, key, NULL);
}

int ls_mqtt_start(ls_mqtt *owner, const char *host, int port, int keep_alive) {
    p_int_option(owner->client, MOSQ_OPT_TCP_NODELAY, 1);
    int code = p_loop_start(owner->client);
    return code ? code : p_connect_async(owner->client, host, port, keep_alive);
}

int ls_mqtt_subscribe(ls_mqtt *owner, const char *filter, int quality) {
    return p_subscribe(owner->client, NULL, filter, quality);
}

int ls_mqtt_publish(ls_mqtt *owner, const char *topic, const void *payload, size_t count, int quality, int *number) {
    return p_publish(owner->client, number, topic, (int)count, payload, quality, false);
}

const char *ls_mqtt_reason(int code) { return p_strerror ? p_strerror(code) : "libmosquitto is missing"; }

void ls_mqtt_stop(ls_mqtt *owner) {
    if (!owner) return;
    p_disconnect(owner->client);
    p_loop_stop(owner->client, true);
    p_destroy(owner->client);
    free(owner);
}
