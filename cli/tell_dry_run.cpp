// The page or the JSON of it, printed.
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/dry_run.hpp"
#include "cli/output.hpp"

namespace firedrill::cli {

int tell_dry_run(drills::Drill drill, const RunArguments& arguments) {
  if (arguments.seed) {
    drill.seed = *arguments.seed;
    drill.seed_given = true;
  }
  const drills::Outline outline = drills::outline_of(drill);
  print(arguments.json
            ? drills::to_json(outline).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"
            : dry_run_text(outline));
  return flush() ? 0 : exit_errored;
}

}  // namespace firedrill::cli
