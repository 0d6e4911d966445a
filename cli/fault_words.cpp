// JSON in, words out.
#include "cli/fault_words.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <utility>

#include "cli/commands.hpp"
#include "cli/screen.hpp"
#include "cli/text.hpp"
#include "drills/value_json.hpp"
#include "faults/units.hpp"

namespace firedrill::cli {
namespace {

Json value_of(const std::string& text) {
  if (text.empty()) return nullptr;
  if (text[0] == '[' || text[0] == '{')
    if (Json json = Json::parse(text, nullptr, false); !json.is_discarded()) return json;
  return drills::json_of(faults::parse_scalar(text));
}

void put(Json& at, std::string_view path, Json value) {
  const std::size_t dot = path.find('.');
  Json& here = at[std::string{path.substr(0, dot)}];
  if (dot == std::string_view::npos) {
    here = std::move(value);
    return;
  }
  if (!here.is_object()) here = Json::object();
  put(here, path.substr(dot + 1), std::move(value));
}

void add_words(std::string& words, const std::string& key, const Json& value) {
  if (value.is_object()) {
    for (const auto& item : value.items()) add_words(words, fmt::format("{}.{}", key, item.key()), item.value());
    return;
  }
  if (!words.empty()) words += ' ';
  words += fmt::format("{}={}", key, value.is_string() ? value.get<std::string>() : value.dump());
}

std::chrono::seconds remaining(const Json& fault) {
  return std::chrono::seconds{std::lround(fault.at("status").at("remaining_s").get<double>())};
}

// Of a fault that is renewed again and again: the words for it. "" when nobody does.
std::string held_words(const Json& fault) {
  const Json& holder = fault.at("status").at("held_by");
  return holder.is_null() ? "" : fmt::format("held by {}", holder.get<std::string>());
}

}  // namespace

Json settings_of(const std::vector<std::string>& words) {
  Json settings = Json::object();
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      throw NotDone{exit_bad_input, {fmt::format("settings are KEY=VALUE, such as delay=200ms, not \"{}\"", word)}};
    put(settings, std::string_view{word}.substr(0, equals), value_of(word.substr(equals + 1)));
  }
  return settings;
}

std::string settings_words(const Json& fault) {
  std::string words;
  for (const auto& item : fault.items()) {
    const std::string& key = item.key();
    const bool shown_elsewhere =
        key == "name" || key == "proxy" || key == "kind" || key == "ttl" || key == "status" || item.value().is_null();
    if (!shown_elsewhere) add_words(words, key, item.value());
  }
  return words;
}

std::string in_force_words(const Json& fault) {
  const std::string until = on_terminal() ? until_words(fault) : until_stamp(fault);
  const bool stays = fault.at("status").at("until").is_null();
  if (const std::string held = held_words(fault); !held.empty())
    return fmt::format("fault {} on {}: in force, {}", fault.at("name").get<std::string>(),
                       fault.at("proxy").get<std::string>(), held);
  return fmt::format("fault {} on {}: in force until {}", fault.at("name").get<std::string>(),
                     fault.at("proxy").get<std::string>(), stays ? "removed" : until);
}

std::string until_words(const Json& fault) {
  const Json& until = fault.at("status").at("until");
  if (const std::string held = held_words(fault); !held.empty()) return held;
  if (until.is_null()) return "until removed";
  return fmt::format("{} ({})", show_clock(until.get<std::string>()), faults::show(remaining(fault)));
}

std::string until_stamp(const Json& fault) {
  if (const std::string held = held_words(fault); !held.empty()) return held;
  const Json& until = fault.at("status").at("until");
  return until.is_null() ? "-" : until.get<std::string>();
}

std::string links_of(const Json& fault) {
  const Json& links = fault.at("status").at("connections");
  return links.is_null() ? "-" : links.dump();
}

std::string show_clock(const std::string& utc) {
  std::tm parts{};
  if (::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return utc;
  const std::tm then = fmt::localtime(::timegm(&parts)), now = fmt::localtime(std::time(nullptr));
  const bool today = then.tm_yday == now.tm_yday && then.tm_year == now.tm_year;
  return today ? fmt::format("{:%H:%M:%S}", then) : fmt::format("{:%Y-%m-%d %H:%M:%S}", then);
}

std::string local_stamp(const std::string& utc) {
  std::tm parts{};
  if (::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return utc;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S%z}", fmt::localtime(::timegm(&parts)));
}

std::string headline(const Json& status, const std::string& address, Shape shape) {
  const std::chrono::seconds up{static_cast<std::int64_t>(status.at("uptime_s").get<double>())};
  const auto proxies = status.at("proxies").get<std::size_t>(), faults = status.at("faults").get<std::size_t>();
  Line line{shape.width, shape.colour};
  line.add(fmt::format("firedrill {}", status.at("version").get<std::string>()), Paint::bold)
      .add(fmt::format(" at {}  up {}  ", address, faults::show(up)))
      .add(proxies == 1   ? "1 proxy"
           : proxies == 0 ? "no proxies"
                          : fmt::format("{} proxies", proxies))
      .add("  ")
      .add(count(faults, "fault"), faults > 0 ? Paint::red : Paint::plain);
  return line.text();
}

std::string halt_line(const Json& halt, Shape shape) {
  return Line{shape.width, shape.colour}
      .add(fmt::format("halted by {} at {}: {}", halt.at("by").get<std::string>(),
                       show_clock(halt.at("since").get<std::string>()), halt.at("reason").get<std::string>()),
           Paint::red)
      .text();
}

}  // namespace firedrill::cli
