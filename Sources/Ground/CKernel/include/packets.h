// A socket of whole messages between processes of one machine, by the path of a file.
#pragma once

/// Listens there, for this user alone; -1 with errno set.
int ls_packets_listen(const char *path);
/// Waits for somebody, who is then given so long to take a message in; -1 with errno set.
int ls_packets_accept(int listener, int seconds);
