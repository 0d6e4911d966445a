// Beyond loopback only with tokens, or knowingly open.
#include "cli/control_options.hpp"

#include <fmt/format.h>

#include "cli/output.hpp"
#include "control/guard.hpp"

namespace firedrill::cli {

std::optional<control::ControlOptions> control_options(const ControlArguments& arguments) {
  control::ControlOptions options;
  const auto listen = proxy::Endpoint::parse(arguments.at);
  if (listen) options.listen = *listen;
  if (options.listen.host == "localhost") options.listen.host = "127.0.0.1";
  if (!listen || listen->is_unix() || listen->host.empty() || !options.listen.numeric()) {
    complain(fmt::format("--control {}: must be an address and a port, such as 127.0.0.1:8474", arguments.at));
    return std::nullopt;
  }
  options.guard = {control::is_loopback(options.listen.host), arguments.hosts, arguments.origins};
  const bool has_tokens = !arguments.token_file.empty();
  if (!options.guard.loopback && !has_tokens && !arguments.open) {
    complain(
        fmt::format("--control {}: whoever reaches this port could break connections; give --control-token-file FILE, "
                    "or --control-open for Toxiproxy's interface alone",
                    arguments.at));
    return std::nullopt;
  }
  using control::Access;
  options.access = has_tokens               ? Access::from_file(arguments.token_file)
                   : options.guard.loopback ? Access::unguarded()
                                            : Access::closed();
  options.toxiproxy_access = arguments.open ? Access::unguarded() : options.access;
  if (arguments.open && !options.guard.loopback)
    complain(fmt::format("warning: whoever reaches {} can break connections", arguments.at));
  return options;
}

}  // namespace firedrill::cli
