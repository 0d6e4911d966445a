// What two directives claim and only one can have, wherever they stand: zones of shared memory, directories of caches,
// buffers of logs. (Addresses: nginx_listens.cpp.)
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "lint/ground_rules.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

class Clashes {
 public:
  Clashes(const Tree& tree, Findings& findings) : tree_{tree}, findings_{findings} {}

  void check() {
    each(*tree_.root, [&](const Directive& one) {
      if (findings_.full() || one.block || one.context == in_entries || one.context == in_unknown) return;
      zones(one);
      if (one.name().ends_with("_cache_path") || one.name().ends_with("_temp_path")) directory(one);
      if (one.name() == "access_log") log(one);
    });
    for (const auto& [name, zone] : zones_)
      if (zone.size <= 0 && tree_.ground == in_main)
        wrong(*zone.first, 1, fmt::format("no directive gives the zone {0} a size, such as zone {0} 64k", name));
  }

 private:
  struct Zone {
    const Directive* first = nullptr;
    std::string use;
    double size = 0;  // 0 for none so far
  };
  struct LogBuffer {
    const Directive* first = nullptr;
    double size = 0, flush = 0, gzip = 0;
  };

  void wrong(const Directive& one, std::size_t at, const std::string& what) {
    findings_.add(refused, one.spot(at), what);
  }

  void zones(const Directive& one) {
    const std::string_view name = one.name();
    if (name == "zone" && (one.context & (in_upstream | in_stream_upstream)) != 0)
      return zone(one, 1, "an upstream", one.word(1), one.word(2));
    std::string_view made = name == "limit_conn_zone" || name == "limit_req_zone" ? one.parameter("zone")
                            : name.ends_with("_cache_path")                       ? one.parameter("keys_zone")
                                                                                  : "";
    if (!made.empty()) zone(one, 0, name, made.substr(0, made.find(':')), made.substr(made.rfind(':') + 1));
    if (name != "ssl_session_cache") return;
    for (std::size_t i = 1; i < one.words.size(); ++i) {
      if (!one.word(i).starts_with("shared:")) continue;
      made = one.word(i).substr(7);
      zone(one, i, name, made.substr(0, made.find(':')), made.substr(made.rfind(':') + 1));
    }
  }

  void zone(const Directive& one, std::size_t at, std::string_view directive, std::string_view name,
            std::string_view size_text) {
    if (name.empty() || (!size_text.empty() && !value_of(Kind::size, size_text))) return;  // told elsewhere
    const std::string use = std::string{directive} + (is_stream(one) ? " of stream" : "");
    const double size = size_text.empty() ? 0 : *value_of(Kind::size, size_text);
    const auto [it, fresh] = zones_.try_emplace(std::string{name}, Zone{&one, use, size});
    Zone& first = it->second;
    if (fresh) return;
    const std::string line = "at " + line_of(first.first->spot(), one.spot());
    if (first.use != use)
      wrong(one, at,
            fmt::format("the zone {} belongs to {}, {}: {} takes one of another name", name, first.use, line, use));
    else if (directive.ends_with("_cache_path"))
      wrong(one, at, fmt::format("the zone {} is another {}'s, {}", name, directive, line));
    else if (size > 0 && first.size > 0 && size != first.size && !directive.starts_with("limit_"))
      wrong(one, at, fmt::format("the zone {} has another size {}: it takes the same, or none", name, line));
    if (first.size <= 0) first.size = size;
  }

  void directory(const Directive& one) {
    const auto [it, fresh] = directories_.try_emplace(one.word(1), &one);
    if (fresh) return;
    const Directive& first = *it->second;
    if (one.name().ends_with("_cache_path") || first.name().ends_with("_cache_path"))
      wrong(one, 1,
            fmt::format("{} is the directory of {} already, at {}", one.word(1), first.name(),
                        line_of(first.spot(), one.spot())));
  }

  void log(const Directive& one) {
    LogBuffer buffer{&one};
    const bool syslog = one.word(1).starts_with("syslog:");
    for (std::size_t i = 3; i < one.words.size(); ++i) {
      const std::string_view word = one.word(i), value = word.substr(std::min(word.find('=') + 1, word.size()));
      if (word.starts_with("buffer=")) buffer.size = value_of(Kind::size, value).value_or(0);
      if (word.starts_with("flush=")) buffer.flush = value_of(Kind::time, value).value_or(0);
      if (word == "gzip") buffer.gzip = 1;
      if (word.starts_with("gzip=")) buffer.gzip = value_of(Kind::number, value).value_or(1);
    }
    if (buffer.gzip > 0 && buffer.size <= 0) buffer.size = 65536;
    if (buffer.flush > 0 && buffer.size <= 0) return wrong(one, 0, "flush= takes a buffer= or gzip with it");
    if (buffer.size <= 0) return;
    if (syslog || one.word(1).find('$') != std::string_view::npos)
      return wrong(one, 1, fmt::format("a log {} cannot have a buffer", syslog ? "to syslog" : "with a variable"));
    const auto [it, fresh] = logs_.try_emplace({is_stream(one), one.word(1)}, buffer);
    const LogBuffer& first = it->second;
    if (!fresh && (first.size != buffer.size || first.flush != buffer.flush || first.gzip != buffer.gzip))
      wrong(one, 0,
            fmt::format("{} has another buffer=, flush= or gzip= at {}: they must be the same", one.word(1),
                        line_of(first.first->spot(), one.spot())));
  }

  const Tree& tree_;
  Findings& findings_;
  std::map<std::string, Zone> zones_;
  std::map<std::string_view, const Directive*> directories_;
  std::map<std::pair<bool, std::string_view>, LogBuffer> logs_;
};

}  // namespace

void check_clashes(const Tree& tree, Findings& findings) { Clashes{tree, findings}.check(); }

}  // namespace firedrill::lint::nginx
