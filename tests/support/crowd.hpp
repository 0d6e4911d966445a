// A crowd of connections in processes of its own, since one process may not have descriptors enough: backends that send
// back what comes, and clients that tell whether it was whole.
#pragma once

#include <cstddef>

#include "tests/support/forked.hpp"

namespace firedrill::tests {

/// Bytes that each client sends.
inline constexpr std::size_t crowd_message = 512;

/// For Forked. Says the port it listens on, then sends back whatever comes, on every connection, until its line is
/// closed.
void echo(Line& line);

/// For Forked. Takes "open PORT N", "send", "collect", "close": each answered when it is done, with the number of
/// connections that were made, "sent", the number of clients that got back what they had sent, "closed".
void crowd(Line& line);

}  // namespace firedrill::tests
