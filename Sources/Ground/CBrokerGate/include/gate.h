// What mosquitto asks the hub, over a socket of whole messages; fields end with a zero byte.
//   C certificate client           may it come in?
//   P|S|R certificate client topic may it publish there, subscribe to that, be given this?
// The hub answers Y or N, and says of itself K certificate: whoever has it is to go.
#pragma once

/// The module's one option: `plugin_opt_hub PATH` of that socket.
#define LS_GATE_HOUSE "lineside-hub"
enum { LS_GATE_MESSAGE_MAX = 66000, LS_GATE_SECONDS = 2 };
