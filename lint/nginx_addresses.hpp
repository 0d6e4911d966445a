// Addresses and networks as nginx reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firedrill::lint::nginx {

/// listen takes ranges and a port alone; some directives know no port of their own.
enum class Address : std::uint8_t { listen, with_default_port, needs_port };

/// Why nginx refuses the address, or "". Whether a name can be resolved is not looked at.
std::string wrong_address(std::string_view text, Address kind);
/// What stands in front of a port, and the port: "" for none.
struct HostPort {
  std::string_view host, port;
};
HostPort host_and_port(std::string_view address);
bool is_address(std::string_view text);
/// 10.0.0.0/8, 10.0.0.1, 2001:db8::/32.
bool is_network(std::string_view text);
/// 10.0.0.1-10.0.0.9.
bool is_range(std::string_view text);

}  // namespace firedrill::lint::nginx
