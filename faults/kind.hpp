// A kind of fault as the catalogue lists it: a name, how to read its settings, how to make one. The core knows no more.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "faults/effects.hpp"
#include "faults/gate_fault.hpp"
#include "faults/link_fault.hpp"
#include "faults/outlook.hpp"
#include "faults/reader.hpp"
#include "faults/scope.hpp"
#include "faults/stream_fault.hpp"

namespace firedrill::faults {

/// Base of every kind's settings: immutable, shared by all links.
struct Settings {
  virtual ~Settings() = default;
  virtual Outlook outlook() const = 0;
};

/// What a fault knows when it is made. `effects` outlives it and may be written from any thread.
struct Making {
  Seed seed;
  std::string_view fault;  // its name; goes with the plan that it was made for, so that to keep it takes a copy
  Effects& effects;
};

struct Kind {
  enum class Contract : std::uint8_t { stream, link, gate };
  /// What may become of bytes and of a stream's end; the laws hold kinds to it.
  enum class Bytes : std::uint8_t { kept, lost, altered };
  enum class Ends : std::uint8_t { carried, made };  // made: it may end a stream by itself

  std::string_view name;
  std::string_view summary;  // one line for lists
  Contract contract;
  Bytes bytes;
  Ends ends;
  Scopes scopes;
  /// Settings that work, in the one-line form: for help, documentation and the laws, which try every one.
  std::span<const std::string_view> examples;
  std::shared_ptr<const Settings> (*read)(Reader&);
  /// Just the one of its contract is not null. A stream fault may keep the reference to its link: the byte counts move
  /// on.
  std::unique_ptr<StreamFault> (*make_stream)(const Settings&, const Making&, const LinkFacts&, Direction);
  std::unique_ptr<LinkFault> (*make_link)(const Settings&, const Making&, const LinkFacts&);
  std::unique_ptr<GateFault> (*make_gate)(const Settings&, const Making&);
  /// What chance has in store for a link, as far as neither time nor traffic have a say in it: a number that is another
  /// one when settings or draws are. Null for kinds that draw nothing.
  std::uint64_t (*fate)(const Settings&, const Making&, const LinkFacts&);
};

/// The first duration that a stream fault draws in each lane, as a fate.
template <typename Distribution>
std::uint64_t first_in_each_lane(const Distribution& of, const Making& making, const LinkFacts& link) {
  std::uint64_t fate = 0;
  for (const Direction lane : {Direction::upstream, Direction::downstream}) {
    const Draws draws{making.seed, making.fault, link.ordinal, lane};
    fate = mix(fate + static_cast<std::uint64_t>(of.quantile(draws.unit(0)).count()));
  }
  return fate;
}

namespace detail {

template <typename S, S (*read_settings)(Reader&)>
std::shared_ptr<const Settings> read_shared(Reader& keys) {
  return std::make_shared<const S>(read_settings(keys));
}

template <typename Fault, typename S>
constexpr auto fate() -> std::uint64_t (*)(const Settings&, const Making&, const LinkFacts&) {
  if constexpr (requires { &Fault::fate; })
    return [](const Settings& s, const Making& m, const LinkFacts& link) {
      return Fault::fate(static_cast<const S&>(s), m, link);
    };
  else
    return nullptr;
}

}  // namespace detail

/// A stream kind `Fault` with settings `S`: `Fault(const S&, const Making&, const LinkFacts&, Direction)`. Of every
/// contract: a static `fate(const S&, const Making&, const LinkFacts&)` where the kind draws.
template <typename Fault, typename S, S (*read_settings)(Reader&)>
constexpr Kind stream_kind(std::string_view name, std::string_view summary, std::span<const std::string_view> examples,
                           Kind::Bytes bytes = Kind::Bytes::kept, Kind::Ends ends = Kind::Ends::carried,
                           Scopes scopes = per_lane) {
  return {name,
          summary,
          Kind::Contract::stream,
          bytes,
          ends,
          scopes,
          examples,
          &detail::read_shared<S, read_settings>,
          [](const Settings& s, const Making& m, const LinkFacts& link, Direction d) -> std::unique_ptr<StreamFault> {
            return std::make_unique<Fault>(static_cast<const S&>(s), m, link, d);
          },
          nullptr,
          nullptr,
          detail::fate<Fault, S>()};
}

/// A link kind: `Fault(const S&, const Making&, const LinkFacts&)`.
template <typename Fault, typename S, S (*read_settings)(Reader&)>
constexpr Kind link_kind(std::string_view name, std::string_view summary, std::span<const std::string_view> examples) {
  return {name,
          summary,
          Kind::Contract::link,
          Kind::Bytes::lost,
          Kind::Ends::made,
          per_link,
          examples,
          &detail::read_shared<S, read_settings>,
          nullptr,
          [](const Settings& s, const Making& m, const LinkFacts& link) -> std::unique_ptr<LinkFault> {
            return std::make_unique<Fault>(static_cast<const S&>(s), m, link);
          },
          nullptr,
          detail::fate<Fault, S>()};
}

/// A gate kind: `Fault(const S&, const Making&)`.
template <typename Fault, typename S, S (*read_settings)(Reader&)>
constexpr Kind gate_kind(std::string_view name, std::string_view summary, Scopes scopes,
                         std::span<const std::string_view> examples) {
  return {name,
          summary,
          Kind::Contract::gate,
          Kind::Bytes::kept,
          Kind::Ends::made,
          scopes,
          examples,
          &detail::read_shared<S, read_settings>,
          nullptr,
          nullptr,
          [](const Settings& s, const Making& m) -> std::unique_ptr<GateFault> {
            return std::make_unique<Fault>(static_cast<const S&>(s), m);
          },
          detail::fate<Fault, S>()};
}

}  // namespace firedrill::faults
