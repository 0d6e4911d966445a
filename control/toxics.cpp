// A table of Toxiproxy's types, read in both directions.
#include "control/toxics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "control/problem.hpp"
#include "faults/reader.hpp"

namespace firedrill::control {
namespace {

using faults::Value;

constexpr std::int64_t longest_ms = std::int64_t{366} * 24 * 3600 * 1000;
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

enum class Unit : std::uint8_t { ms, us, bytes, kilobytes_per_s };

/// Below `least` and above `greatest` it is refused; what lies between that and what a fault takes is held to the
/// latter.
struct Attribute {
  std::string_view name, key;  // of the toxic, of the fault
  Unit unit;
  std::int64_t least, greatest;
  bool zero_is_none = false;
};

struct ToxicType {
  std::string_view name, kind;
  std::span<const Attribute> attributes;
  std::string_view fixed;  // further settings of the fault
};

// Toxiproxy takes negative times and sizes for none. Of what its own process does not survive nothing is taken.
constexpr std::array<Attribute, 2> of_latency{
    {{"latency", "delay", Unit::ms, -most - 1, longest_ms}, {"jitter", "jitter", Unit::ms, -most - 1, longest_ms}}};
constexpr std::array<Attribute, 1> of_bandwidth{{{"rate", "rate", Unit::kilobytes_per_s, 0, most}}};
constexpr std::array<Attribute, 1> of_slow_close{{{"delay", "delay", Unit::ms, -most - 1, longest_ms}}};
constexpr std::array<Attribute, 1> of_timeout{{{"timeout", "timeout", Unit::ms, -most - 1, longest_ms, true}}};
constexpr std::array<Attribute, 1> of_reset_peer{{{"timeout", "timeout", Unit::ms, -most - 1, longest_ms}}};
constexpr std::array<Attribute, 3> of_slicer{{{"average_size", "size", Unit::bytes, 1, most},
                                              {"size_variation", "variation", Unit::bytes, 0, most},
                                              {"delay", "gap", Unit::us, -most - 1, longest_ms * 1000}}};
constexpr std::array<Attribute, 1> of_limit_data{{{"bytes", "after", Unit::bytes, -most - 1, most}}};

constexpr ToxicType types[] = {{"noop", "latency", {}, "delay=0s"},
                               {"latency", "latency", of_latency, ""},
                               {"bandwidth", "bandwidth", of_bandwidth, ""},
                               {"slow_close", "slow_close", of_slow_close, ""},
                               {"timeout", "blackhole", of_timeout, "then=close"},
                               {"reset_peer", "blackhole", of_reset_peer, "then=reset"},
                               {"slicer", "slice", of_slicer, ""},
                               {"limit_data", "truncate", of_limit_data, "then=close since=fault"}};

const ToxicType* find_type(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(types), std::end(types), [&](const auto& t) { return t.name == name; });
  return found == std::end(types) ? nullptr : found;
}

std::string text_of(std::int64_t value, Unit unit) {
  value = std::max<std::int64_t>(value, 0);
  switch (unit) {
    case Unit::ms:
      return fmt::format("{}ms", value);
    case Unit::us:
      return fmt::format("{}us", value);
    case Unit::bytes:
      return fmt::format("{}B", std::min(value, std::int64_t{1} << 60));
    case Unit::kilobytes_per_s:
      return fmt::format("{}KB/s", std::min<std::int64_t>(value, 1'000'000'000));
  }
  return {};
}

/// What a fault's setting is in the toxic's unit; none if there is no such setting, or it takes a fraction.
std::optional<std::int64_t> whole(const Value& table, const Attribute& attribute) {
  const Value* const value = table.find(attribute.key);
  if (value == nullptr || value->text() == nullptr) return std::nullopt;
  const std::string& text = *value->text();
  const auto exact = [](std::int64_t n, std::int64_t unit) {
    return n % unit == 0 ? std::optional{n / unit} : std::nullopt;
  };
  switch (attribute.unit) {
    case Unit::ms:
    case Unit::us:
      if (const auto d = faults::parse_duration(text); d)
        return exact(d->count(), attribute.unit == Unit::ms ? 1'000'000 : 1'000);
      return std::nullopt;
    case Unit::bytes:
      if (const auto n = faults::parse_size(text); n) return static_cast<std::int64_t>(*n);
      return std::nullopt;
    case Unit::kilobytes_per_s:
      if (const auto rate = faults::parse_rate(text); rate && std::floor(*rate / 1000) == *rate / 1000)
        return static_cast<std::int64_t>(*rate / 1000);
      return std::nullopt;
  }
  return std::nullopt;
}

void judge(const Toxic& toxic, const ToxicType& type) {
  for (std::size_t i = 0; i < type.attributes.size(); ++i) {
    const Attribute& attribute = type.attributes[i];
    const std::int64_t given = toxic.attributes[i].second;
    if (given < attribute.least)
      throw Refusal{400,
                    fmt::format("attributes.{}: must be at least {}, not {}", attribute.name, attribute.least, given)};
    if (given > attribute.greatest)
      throw Refusal{
          400, fmt::format("attributes.{}: must be at most {}, not {}", attribute.name, attribute.greatest, given)};
  }
  if (type.name != "slicer") return;
  const std::int64_t size = toxic.attributes[0].second;
  const std::int64_t variation = toxic.attributes[1].second;
  if (variation >= size)
    throw Refusal{
        400, fmt::format("attributes.size_variation: must be less than average_size ({}), not {}", size, variation)};
}

Value table_of(const Toxic& toxic) {
  const ToxicType& type = *find_type(toxic.type);
  Value table = faults::parse_inline(type.fixed);
  table.put("kind", Value{std::string{type.kind}});
  for (std::size_t i = 0; i < type.attributes.size(); ++i) {
    const std::int64_t value = toxic.attributes[i].second;
    if (value <= 0 && type.attributes[i].zero_is_none) continue;
    table.put(std::string{type.attributes[i].key}, Value{text_of(value, type.attributes[i].unit)});
  }
  table.put("direction", Value{std::string{is_upstream(toxic) ? "upstream" : "downstream"}});
  // Without an exponent, which settings do not have.
  const double percent = std::clamp(toxic.toxicity, 0.0F, 1.0F) * 100;
  table.put("percent", Value{percent >= 1e-4 || percent == 0 ? fmt::format("{}%", static_cast<float>(percent))
                                                             : fmt::format("{:.12f}%", percent)});
  return table;
}

bool same(const Value& a, const Value& b) {
  const Value::Table& all = *a.table();
  return all.size() == b.table()->size() && std::all_of(all.begin(), all.end(), [&](const faults::Member& member) {
           const Value* const other = b.find(member.key);
           return other != nullptr && member.value.content.index() == other->content.index() &&
                  member.value.shown() == other->shown();
         });
}

}  // namespace

bool is_upstream(const Toxic& toxic) { return same_name(toxic.stream, "upstream"); }

Toxic toxic_of(const std::string& type, const std::string& stream) {
  if (!same_name(stream, "upstream") && !same_name(stream, "downstream"))
    throw Refusal{400, "stream was invalid, can be either upstream or downstream"};
  const ToxicType* const known = find_type(type);
  if (known == nullptr) throw Refusal{400, "invalid toxic type"};
  Toxic toxic{type, stream, 1, {}};
  for (const Attribute& attribute : known->attributes) toxic.attributes.emplace_back(attribute.name, 0);
  return toxic;
}

void take_attributes(Toxic& toxic, const Json& given) {
  if (!given.is_null() && !given.is_object())
    throw Refusal{400, fmt::format("bad request body: attributes must be an object, not {}", type_of(given))};
  Toxic changed = toxic;
  for (auto& [name, value] : changed.attributes) {
    const Json* const wanted = given.is_object() ? loosely(given, name) : nullptr;
    if (wanted == nullptr) continue;
    const bool fits = wanted->is_number_integer() && !(wanted->is_number_unsigned() &&
                                                       wanted->get<std::uint64_t>() > static_cast<std::uint64_t>(most));
    if (!fits)
      throw Refusal{
          400, fmt::format("bad request body: attributes.{} must be a whole number of at most 64 bits, not {}", name,
                           type_of(*wanted))};
    value = wanted->get<std::int64_t>();
  }
  judge(changed, *find_type(changed.type));
  toxic = std::move(changed);
}

NewFault fault_of(const std::string& name, const Toxic& toxic, std::optional<Duration> ttl, const std::string& by) {
  return {name, table_of(toxic), ttl, by, toxic};
}

namespace {

// `toxic`: of the type that the fault may be; only name and type of its attributes count.
std::optional<Toxic> read_as(Toxic toxic, const HandFault& fault) {
  const ToxicType& type = *find_type(toxic.type);
  for (std::size_t i = 0; i < type.attributes.size(); ++i) {
    const Attribute& attribute = type.attributes[i];
    const bool left_out = fault.table.find(attribute.key) == nullptr;
    const auto value = left_out ? std::optional<std::int64_t>{0} : whole(fault.table, attribute);
    if (!value) return std::nullopt;
    toxic.attributes[i].second = *value;
  }
  toxic.stream = fault.fault->scope.lanes == faults::Lanes::upstream ? "upstream" : "downstream";
  toxic.toxicity = static_cast<float>(fault.fault->scope.percent);
  // What it says now must be all that the fault does.
  Value whole_of_it = table_of(toxic);
  Value written = fault.table;
  for (const std::string_view key : {"direction", "percent"})
    if (written.find(key) == nullptr) written.put(std::string{key}, *whole_of_it.find(key));
  for (const faults::Member& member : *written.table())
    if (whole_of_it.find(member.key) == nullptr) return std::nullopt;
  const auto kind = fault.table.find("kind");
  const bool both_ways = fault.fault->scope.lanes == faults::Lanes::both;
  if (both_ways || kind == nullptr || kind->text() == nullptr || *kind->text() != type.kind) return std::nullopt;
  const Value fixed = faults::parse_inline(type.fixed);
  for (const faults::Member& member : *fixed.table()) {
    const Value* const set = fault.table.find(member.key);
    if (set == nullptr || set->shown() != member.value.shown()) return std::nullopt;
  }
  return toxic;
}

}  // namespace

std::optional<Toxic> toxic_of(const HandFault& fault) {
  if (fault.toxic) return same(table_of(*fault.toxic), fault.table) ? fault.toxic : read_as(*fault.toxic, fault);
  for (const ToxicType& type : types) {
    if (type.kind != fault.fault->kind->name || type.name == "noop") continue;
    if (auto toxic = read_as(toxic_of(std::string{type.name}, "downstream"), fault)) return toxic;
  }
  return std::nullopt;
}

Json json_of(const std::string& name, const Toxic& toxic) {
  Json attributes = Json::object();
  for (const auto& [key, value] : toxic.attributes) attributes[key] = value;
  // The shortest text that is this float again, as Go writes it.
  const std::string toxicity = fmt::format("{}", toxic.toxicity);
  return {{"attributes", std::move(attributes)},
          {"name", name},
          {"type", toxic.type},
          {"stream", toxic.stream},
          {"toxicity", std::floor(toxic.toxicity) == toxic.toxicity && std::abs(toxic.toxicity) < 1e15F
                           ? Json(static_cast<std::int64_t>(toxic.toxicity))
                           : Json(std::stod(toxicity))}};
}

}  // namespace firedrill::control
