// One row a figure.
#include "drills/figures.hpp"

#include <array>

namespace firedrill::drills {
namespace {

constexpr std::array<FigureName, 8> of_loads{{{"errors", Unit::share},
                                              {"p50", Unit::duration},
                                              {"p90", Unit::duration},
                                              {"p95", Unit::duration},
                                              {"p99", Unit::duration},
                                              {"p999", Unit::duration},
                                              {"requests", Unit::count},
                                              {"rate", Unit::rate}}};

constexpr std::array<FigureName, 14> of_proxies{{{"connections", Unit::count},
                                                 {"connect_errors", Unit::count},
                                                 {"resets", Unit::count},
                                                 {"first_byte_p50", Unit::duration},
                                                 {"first_byte_p95", Unit::duration},
                                                 {"first_byte_p99", Unit::duration},
                                                 {"queue_waits", Unit::count},
                                                 {"queue_timeouts", Unit::count},
                                                 {"queue_full", Unit::count},
                                                 {"queue_gone", Unit::count},
                                                 {"queue_max", Unit::count},
                                                 {"wait_p95", Unit::duration},
                                                 {"pool_in_use_max", Unit::count},
                                                 {"pool_utilisation", Unit::share}}};

constexpr std::array<FigureName, 4> of_probes{
    {{"success", Unit::share}, {"p50", Unit::duration}, {"p99", Unit::duration}, {"samples", Unit::count}}};

}  // namespace

std::span<const FigureName> figures_of(const Source& source) {
  if (std::holds_alternative<LoadSource>(source)) return of_loads;
  if (std::holds_alternative<ProxySource>(source)) return of_proxies;
  return of_probes;
}

}  // namespace firedrill::drills
