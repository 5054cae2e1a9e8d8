// A client of an MQTT broker by libmosquitto, with a thread of its own that connects again after whatever failure: the library's
// own ends at some, and for good. The library is opened when the first client is made.
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct ls_mqtt ls_mqtt;

/// The user property of a message in which the broker's gate writes by which note the hub knows its sender.
#define LS_MQTT_NOTE "lineside"

/// Called on the client's own thread, and never after `ls_mqtt_stop` has returned.
typedef struct {
    void *context;
    void (*connected)(void *context, int code);
    void (*disconnected)(void *context, int code);
    void (*came)(void *context, const char *topic, const void *payload, size_t count);
    /// By MQTT 5 instead of `came`: `mark` is that of the subscription (0 without one), `note` is null or what the gate wrote.
    void (*marked)(void *context, const char *topic, const void *payload, size_t count, int mark, const char *note);
    void (*sent)(void *context, int number);
    /// The broker has answered a subscription, or its end.
    void (*settled)(void *context, int number);
} ls_mqtt_ear;

/// Null when the library can be used, else why not.
const char *ls_mqtt_missing(void);
/// Null when there is no memory.
ls_mqtt *ls_mqtt_create(const char *client_id, bool forgets, ls_mqtt_ear ear);
/// Each gives 0, or a code that `ls_mqtt_reason` explains. Null strings are left out.
int ls_mqtt_secure(ls_mqtt *client, const char *ca_file, const char *certificate, const char *key);
/// MQTT 5 from now on; before the start. False when there is no memory.
bool ls_mqtt_speak5(ls_mqtt *client);
/// With port 0 `host` is the path of a socket. False when there is no thread to be had.
bool ls_mqtt_start(ls_mqtt *client, const char *host, int port, int keep_alive);
int ls_mqtt_subscribe(ls_mqtt *client, const char *filter, int quality);
/// By MQTT 5: each message that comes for this filter carries `mark` (1 to 268435455), and what this client says itself does not
/// come. `number` is told when it is settled.
int ls_mqtt_subscribe_marked(ls_mqtt *client, const char *filter, int quality, int mark, int *number);
int ls_mqtt_unsubscribe(ls_mqtt *client, const char *filter, int *number);
/// Without a connection nothing is kept for later. `kept`: the broker keeps it for whoever subscribes later.
int ls_mqtt_publish(ls_mqtt *client, const char *topic, const void *payload, size_t count, int quality, bool kept, int *number);
const char *ls_mqtt_reason(int code);
/// Says good-bye, and waits until nothing is called back any more.
void ls_mqtt_stop(ls_mqtt *client);
/// After `ls_mqtt_stop`.
void ls_mqtt_free(ls_mqtt *client);
