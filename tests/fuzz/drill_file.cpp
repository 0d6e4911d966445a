// A drill file of any bytes. Nothing of the environment is read: the variables are given, and of other files only those
// in tests/drills/broken/ may be named.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/dry_run.hpp"
#include "drills/outline.hpp"
#include "drills/timeline.hpp"
#include "drills/toml.hpp"
#include "drills/toml_guard.hpp"
#include "places.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

using namespace drills;
using faults::Place;
using faults::Problem;
using faults::Value;

const std::string file = FIREDRILL_SOURCE_DIR "/tests/drills/broken/fuzzed.toml";
const Variables variables{{"TARGET", "http://127.0.0.1:1"}, {"RATE", "ten"}, {"EMPTY", ""}, {"NESTED", "${RATE}"}};

bool is_tame(std::string_view name) {
  if (constexpr std::string_view parts = "parts/"; name.starts_with(parts)) name.remove_prefix(parts.size());
  return !name.starts_with('.') && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

bool has_wild_text(const Value& value) {
  if (const std::string* text = value.text()) return !is_tame(*text);
  if (const Value::List* list = value.list()) return std::any_of(list->begin(), list->end(), has_wild_text);
  const Value::Table* table = value.table();
  return table != nullptr &&
         std::any_of(table->begin(), table->end(), [](const auto& member) { return has_wild_text(member.value); });
}

// Whether reading it would open a file that is not among those it may.
bool names_wild_files(const Value& value) {
  if (const Value::List* list = value.list()) return std::any_of(list->begin(), list->end(), names_wild_files);
  if (value.table() == nullptr) return false;
  return std::any_of(value.table()->begin(), value.table()->end(), [](const faults::Member& member) {
    const bool opens =
        member.key == "include" || member.key == "table" || member.key == "body_file" || member.key == "file";
    return (opens && has_wild_text(member.value)) || names_wild_files(member.value);
  });
}

/// How long each line of a file is, in characters.
std::vector<std::uint32_t> measured(std::string_view text) {
  std::vector<std::uint32_t> lines{0};
  for (const char c : text) {
    if (c == '\n') {
      lines.push_back(0);
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++lines.back();
    }
  }
  return lines;
}

/// Holds places against the files they are said to be in.
class Places {
 public:
  explicit Places(std::string_view text) { lines_[file] = measured(text); }

  void judge(const Problem& problem) {
    const auto shown = [&] { return problem.line(); };
    const Place& place = problem.place;
    require(!problem.text.empty(), "a problem has words");
    require(!not_utf8(problem.text), "its words are UTF-8", shown);
    require(place.source != nullptr, "it has a place", shown);
    const auto& lines = lines_of(*place.source);
    require(place.line >= 1 && place.line <= lines.size(), "its line is in the file", shown);
    require(place.column >= 1 && place.column <= lines[place.line - 1] + 1, "its column is in the line", shown);
  }
  /// Those of one file by line and column; one file comes behind the other.
  void judge_order(const faults::Problems& problems) {
    std::set<std::string> over;
    for (std::size_t i = 1; i < problems.size(); ++i) {
      const Place &one = problems[i - 1].place, &other = problems[i].place;
      if (*one.source != *other.source) {
        over.insert(*one.source);
        require(!over.contains(*other.source), "problems come file by file", [&] { return problems[i].line(); });
        continue;
      }
      require(std::tuple{one.line, one.column} <= std::tuple{other.line, other.column},
              "problems come in the order of the file", [&] { return problems[i].line(); });
    }
  }

 private:
  const std::vector<std::uint32_t>& lines_of(const std::string& source) {
    auto found = lines_.find(source);
    if (found == lines_.end()) {
      faults::Problems unreadable;
      found = lines_.emplace(source, measured(read_text(source, unreadable).value_or(""))).first;
    }
    return found->second;
  }

  std::map<std::string, std::vector<std::uint32_t>> lines_;
};

void judge_all(const faults::Problems& problems, Places& places) {
  for (const Problem& problem : problems) places.judge(problem);
  places.judge_order(problems);
}

// What `run --dry-run` prints; names must not steer the terminal.
void judge_page(const Outline& outline) {
  const std::string page = cli::dry_run_text(outline);
  require(page.ends_with('\n') && !not_utf8(page), "a dry run prints");
  require(std::all_of(page.begin(), page.end(),
                      [](char c) { return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); }),
          "a dry run prints no control characters");
}

void judge_outline(const Outline& outline) {
  require(outline.length >= Duration::zero() && outline.length <= outline.max_duration, "a drill ends in time");
  for (std::size_t i = 0; i < outline.timeline.size(); ++i) {
    const Outline::Moment& moment = outline.timeline[i];
    require(moment.at >= Duration::zero() && moment.at <= outline.length, "everything happens during the drill");
    require(i == 0 || outline.timeline[i - 1].at <= moment.at, "the timeline is in order");
  }
  for (const Outline::Look& look : outline.checks)
    require(!look.expected.empty() && (!look.samples || *look.samples >= 0), "a check looks for something");
  judge_page(outline);
}

// What a run would do first of all: the steps that the conductor takes.
void judge_steps(const Drill& drill) {
  std::vector<bool> on(drill.faults.size());
  Duration last{};
  for (const Step& step : timeline(drill)) {
    require(step.at >= last && step.at <= drill.length(), "steps are in order");
    last = step.at;
    require(on[step.fault] == (step.what != Step::What::on), "a fault comes, changes and goes");
    require((step.state == nullptr) == (step.what == Step::What::off), "a fault that is in force has settings");
    on[step.fault] = step.what != Step::What::off;
  }
  require(std::none_of(on.begin(), on.end(), [](bool is_on) { return is_on; }), "every fault has gone in the end");
}

/// Everything that is said of a drill, good or bad, as one text.
std::string said(const std::string& text, Purpose purpose) {
  Places places{text};
  try {
    Drill drill = parse_drill(file, text, {}, variables, purpose);
    judge_all(drill.warnings, places);
    const Outline outline = outline_of(drill);
    judge_outline(outline);
    judge_steps(drill);
    return to_json(outline).dump();  // throws where it is not UTF-8
  } catch (const faults::PlanError& error) {
    require(!error.problems.empty(), "who refuses a drill says why");
    judge_all(error.problems, places);
    return error.what();
  }
}

}  // namespace

Worth drill_file(Input input) {
  if (input.size() > longest_file) return Worth::nothing;
  const std::string text{input.begin(), input.end()};
  faults::Problems ignored;
  if (const auto tree = parse_toml(file, text, ignored); tree && names_wild_files(*tree)) return Worth::nothing;
  require(said(text, Purpose::run) == said(text, Purpose::run), "the same file is read the same way twice");
  said(text, Purpose::exec);
  return Worth::keeping;
}

}  // namespace firedrill::fuzz
