// What mosquitto asks the hub, over a socket of whole messages; fields end with a zero byte, but for the last.
//   C certificate client session address keepalive clean   may it come in? `session` names it until it is gone
//   D certificate client session                           it is gone, and why stands in the log; the answer only says that this was heard
//   P|S|R certificate client topic                         may it publish there, subscribe to that, be given this?
//   T certificate client topic quality payload             may it publish this, to be kept for newcomers? Of the house's own the answer only says that it was heard
// The hub answers Y or N, or M note to a P or T: yes, and the message is to carry this note. It says of itself K certificate: whoever
// has it is to go.
#pragma once

/// The module's one option: `plugin_opt_hub PATH` of that socket.
#define LS_GATE_HOUSE "lineside-hub"
#define LS_GATE_RULES "lineside-rules"
/// The user property that carries a note.
#define LS_GATE_NOTE "lineside"
/// Topics have up to 64 KiB; what is kept, up to 128.
enum { LS_GATE_KEPT_MAX = 128 << 10, LS_GATE_MESSAGE_MAX = (66 << 10) + LS_GATE_KEPT_MAX, LS_GATE_SECONDS = 2, LS_GATE_NOTE_ROOM = 40 };
