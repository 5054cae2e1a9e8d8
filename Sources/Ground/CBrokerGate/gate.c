// A module of mosquitto's that holds everything against the hub's policies. Without an answer nobody is let through.
#include "gate.h"
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <mqtt_protocol.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { DIGEST_BYTES = 32, HEX_ROOM = 2 * DIGEST_BYTES + 1, SESSION_ROOM = 32, NUMBER_ROOM = 16, KICKS_MAX = 1024 };

static mosquitto_plugin_id_t *module;
static int hub = -1;
static char kicks[KICKS_MAX][HEX_ROOM];
static int kick_count;

/// What the hub said of the publication that is being taken in; empty for most.
static char note[LS_GATE_NOTE_ROOM];

/// The hub's own clients; no certificate reads like this.
static const char house[] = "house";
static bool is_house(const char *name) { return name && strcmp(name, house) == 0; }

static bool certificate_of(const struct mosquitto *client, char *hex) {
    X509 *certificate = mosquitto_client_certificate(client);
    unsigned char digest[DIGEST_BYTES];
    unsigned length = sizeof digest;
    bool good = certificate && X509_digest(certificate, EVP_sha256(), digest, &length) == 1;
    X509_free(certificate);
    for (int place = 0; good && place < DIGEST_BYTES; place++) snprintf(hex + 2 * place, 3, "%02x", digest[place]);
    return good;
}

/// The client whose question is being answered must not go under mosquitto's hands: whoever is to go goes at the next tick.
static void heed(const char *message, ssize_t count) {
    if (message[0] != 'K' || count < HEX_ROOM) return;
    if (kick_count == KICKS_MAX) {
        // More than can be remembered: nobody stays who might be one of them.
        mosquitto_log_printf(MOSQ_LOG_ERR, "more than %d are to go at once: everybody goes", KICKS_MAX);
        close(hub);
        hub = -1;
        return;
    }
    memcpy(kicks[kick_count], message + 1, HEX_ROOM - 1);
    kicks[kick_count++][HEX_ROOM - 1] = 0;
}

static void send_away(void) {
    for (int place = 0; place < kick_count; place++) mosquitto_kick_client_by_username(kicks[place], true);
    kick_count = 0;
}

/// A message of a kind, some words, and what may follow the last of them.
static bool say(char kind, const char *const *words, int count, const void *payload, size_t bytes) {
    static char message[LS_GATE_MESSAGE_MAX];
    size_t length = 0;
    message[length++] = kind;
    for (int place = 0; place < count; place++) {
        size_t size = words[place] ? strlen(words[place]) : 0;
        if (length + size + 1 > sizeof message) return false;
        if (place > 0) message[length++] = 0;
        if (size > 0) memcpy(message + length, words[place], size);
        length += size;
    }
    if (payload || bytes > 0) {
        if (length + 1 + bytes > sizeof message) return false;
        message[length++] = 0;
        if (bytes > 0) memcpy(message + length, payload, bytes);
        length += bytes;
    }
    return hub >= 0 && send(hub, message, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/// Whether the hub says yes to what was just said.
static bool heard(void) {
    char answer[HEX_ROOM + 1];
    while (true) {
        ssize_t count = recv(hub, answer, sizeof answer, 0);
        if (count <= 0) {
            // An answer that comes later would be taken for that to another question.
            mosquitto_log_printf(MOSQ_LOG_ERR, "the hub does not answer: nobody is let through");
            close(hub);
            hub = -1;
            return false;
        }
        if (answer[0] == 'M' && count <= LS_GATE_NOTE_ROOM) {
            memcpy(note, answer + 1, (size_t)count - 1);
            note[count - 1] = 0;
            return true;
        }
        if (answer[0] == 'Y' || answer[0] == 'N') return answer[0] == 'Y';
        heed(answer, count);
    }
}

static bool may(char kind, const char *certificate, const char *client, const char *topic) {
    const char *words[] = {certificate, client, topic};
    return say(kind, words, 3, NULL, 0) && heard();
}

/// Whoever is there is known by where mosquitto keeps what it knows of it: one is gone before another is at its place.
static void name_session(const struct mosquitto *client, char *name, size_t room) { snprintf(name, room, "%p", (const void *)client); }

static bool may_come(const struct mosquitto *client, const char *certificate) {
    char session[SESSION_ROOM], seconds[NUMBER_ROOM];
    name_session(client, session, sizeof session);
    snprintf(seconds, sizeof seconds, "%d", mosquitto_client_keepalive(client));
    const char *clean = mosquitto_client_clean_session(client) ? "1" : "0";
    const char *words[] = {certificate, mosquitto_client_id(client), session, mosquitto_client_address(client), seconds, clean};
    return say('C', words, 6, NULL, 0) && heard();
}

static bool may_keep(const struct mosquitto_evt_acl_check *check, const char *certificate) {
    if (check->payloadlen > LS_GATE_KEPT_MAX) return false;
    char quality[NUMBER_ROOM];
    snprintf(quality, sizeof quality, "%d", check->qos);
    const char *words[] = {certificate, mosquitto_client_id(check->client), check->topic, quality};
    return say('T', words, 4, check->payload ? check->payload : "", check->payloadlen) && heard();
}

static int on_come(int event, void *data, void *context) {
    (void)event; (void)context;
    struct mosquitto *client = ((struct mosquitto_evt_basic_auth *)data)->client;
    char certificate[HEX_ROOM];
    const char *id = mosquitto_client_id(client);
    bool has_certificate = certificate_of(client, certificate);
    bool claims_house = id && (strcmp(id, LS_GATE_HOUSE) == 0 || strcmp(id, LS_GATE_RULES) == 0);
    // Devices cannot come without one, and nobody takes the house's names. The hub comes through a socket in a folder that it alone
    // may enter.
    if (has_certificate == claims_house) return MOSQ_ERR_AUTH;
    if (claims_house) return mosquitto_set_username(client, house) == MOSQ_ERR_SUCCESS ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
    if (!may_come(client, certificate)) return MOSQ_ERR_AUTH;
    // By this name it can be sent away.
    return mosquitto_set_username(client, certificate) == MOSQ_ERR_SUCCESS ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
}

static int on_leave(int event, void *data, void *context) {
    (void)event; (void)context;
    const struct mosquitto *client = ((struct mosquitto_evt_disconnect *)data)->client;
    const char *certificate = mosquitto_client_username(client), *id = mosquitto_client_id(client);
    // Who was never let in has no name, and the house knows by itself.
    if (!certificate || !id || is_house(certificate)) return MOSQ_ERR_SUCCESS;
    char session[SESSION_ROOM];
    name_session(client, session, sizeof session);
    may('D', certificate, id, session);
    return MOSQ_ERR_SUCCESS;
}

static int on_access(int event, void *data, void *context) {
    (void)event; (void)context;
    struct mosquitto_evt_acl_check *check = data;
    bool is_kept = check->access == MOSQ_ACL_WRITE && check->retain;
    char kind;
    if (check->access == MOSQ_ACL_WRITE) note[0] = 0;
    switch (check->access) {
    case MOSQ_ACL_WRITE: kind = 'P'; break;
    case MOSQ_ACL_SUBSCRIBE: kind = 'S'; break;
    case MOSQ_ACL_READ: kind = 'R'; break;
    default: return MOSQ_ERR_SUCCESS;
    }
    const char *certificate = mosquitto_client_username(check->client);
    if (is_house(certificate)) {
        if (is_kept) may_keep(check, house);
        return MOSQ_ERR_SUCCESS;
    }
    // What is kept for newcomers would be taken for news at each start of the hub.
    if (is_kept && strncmp(check->topic, "$aws/", 5) == 0) return MOSQ_ERR_ACL_DENIED;
    bool good = certificate && (is_kept ? may_keep(check, certificate)
                                        : may(kind, certificate, mosquitto_client_id(check->client), check->topic));
    return good ? MOSQ_ERR_SUCCESS : MOSQ_ERR_ACL_DENIED;
}

/// What was allowed a moment ago goes its way, with what the hub said of it. A device may have written such a property itself:
/// the last one counts.
static int on_message(int event, void *data, void *context) {
    (void)event; (void)context;
    struct mosquitto_evt_message *message = data;
    if (!note[0]) return MOSQ_ERR_SUCCESS;
    int wrong = mosquitto_property_add_string_pair(&message->properties, MQTT_PROP_USER_PROPERTY, LS_GATE_NOTE, note);
    note[0] = 0;
    return wrong;
}

static int on_tick(int event, void *data, void *context) {
    (void)event; (void)data; (void)context;
    char message[HEX_ROOM + 1];
    ssize_t count = -1;
    while (hub >= 0 && (count = recv(hub, message, sizeof message, MSG_DONTWAIT)) > 0) {
        if (kick_count == KICKS_MAX) send_away();
        heed(message, count);
    }
    // Without an answering hub it is no broker; the hub starts another.
    if (hub < 0 || count == 0) raise(SIGTERM);
    send_away();
    return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_version(int count, const int *versions) {
    for (int place = 0; place < count; place++) if (versions[place] == MOSQ_PLUGIN_VERSION) return MOSQ_PLUGIN_VERSION;
    return -1;
}

static int reach(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = LS_GATE_SECONDS};
    if (strlen(path) >= sizeof address.sun_path) return -1;
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    // A whole message goes in at once, or not at all.
    int room = 2 * LS_GATE_MESSAGE_MAX;
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
    close(descriptor);
    return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identity, void **context, struct mosquitto_opt *options, int count) {
    (void)context;
    module = identity;
    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    for (int place = 0; place < count; place++) if (strcmp(options[place].key, "hub") == 0) hub = reach(options[place].value);
    if (hub < 0) return MOSQ_ERR_INVAL;
    int wrong = mosquitto_callback_register(module, MOSQ_EVT_BASIC_AUTH, on_come, NULL, NULL);
    if (!wrong) wrong = mosquitto_callback_register(module, MOSQ_EVT_ACL_CHECK, on_access, NULL, NULL);
    if (!wrong) wrong = mosquitto_callback_register(module, MOSQ_EVT_MESSAGE, on_message, NULL, NULL);
    if (!wrong) wrong = mosquitto_callback_register(module, MOSQ_EVT_DISCONNECT, on_leave, NULL, NULL);
    if (!wrong) wrong = mosquitto_callback_register(module, MOSQ_EVT_TICK, on_tick, NULL, NULL);
    return wrong;
}

int mosquitto_plugin_cleanup(void *context, struct mosquitto_opt *options, int count) {
    (void)context; (void)options; (void)count;
    if (hub >= 0) close(hub);
    hub = -1;
    return MOSQ_ERR_SUCCESS;
}
