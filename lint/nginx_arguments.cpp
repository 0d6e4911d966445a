// Directives whose words follow an order of their own, and names that must be there, or may be there once.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "lint/ground_rules.hpp"
#include "lint/listed.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

class Arguments {
 public:
  Arguments(const Tree& tree, Findings& findings) : tree_{tree}, findings_{findings} {}

  void check() {
    events();
    each(*tree_.root, [&](const Directive& one) { declare(one); });
    each(*tree_.root, [&](const Directive& one) {
      if (findings_.full()) return;
      if (one.context == in_entries) {
        entry(one);
      } else if (one.context != in_unknown) {
        words(one);
        repeated(one);
      }
    });
  }

 private:
  void wrong(const Directive& one, std::size_t at, const std::string& what) {
    findings_.add(refused, one.spot(at), what);
  }

  // Without it nginx does not start.
  void events() {
    const auto& all = tree_.root->children;
    if (whole() && !all.empty() && child(*tree_.root, "events") == nullptr)
      wrong(all.front(), 0, "there is no events block in this configuration");
  }

  // Names that others use, each once.
  void declare(const Directive& one) {
    const std::string_view name = one.name();
    std::string key;
    if (name == "log_format" || name == "thread_pool" || (name == "upstream" && one.block))
      key = std::string{name} + " " + std::string{one.word(1)};
    if (name == "limit_conn_zone" || name == "limit_req_zone")
      key = std::string{name} + " " + std::string{one.parameter("zone").substr(0, one.parameter("zone").find(':'))};
    if (key.empty() || one.context == in_entries) return;
    if (is_stream(one)) key += " of stream";
    if (key == "log_format combined") wrong(one, 1, "log_format combined: nginx has one of that name itself");
    const auto [it, fresh] = declared_.try_emplace(key, &one);
    if (!fresh) wrong(one, 0, fmt::format("{}: the name is taken at line {}", key, it->second->spot().line));
  }

  void words(const Directive& one) {
    const std::string_view name = one.name();
    const bool stream = is_stream(one);
    if (name == "location" && one.words.size() == 3 && !listed(" = ~ ~* ^~ ", one.word(1)))
      wrong(one, 1, fmt::format("\"{}\" is no modifier of location: = ~ ~* ^~", one.word(1)));
    if (name == "upstream" && one.block &&
        std::none_of(one.children.begin(), one.children.end(),
                     [](const Directive& child) { return child.name() == "server"; }))
      wrong(one, 0, fmt::format("upstream {} has no server", one.word(1)));
    else if (name == "upstream" && one.block &&
             std::all_of(one.children.begin(), one.children.end(),
                         [](const Directive& child) { return child.name() != "server" || child.has("backup"); }))
      wrong(one, 0, fmt::format("upstream {} has no server that is no backup", one.word(1)));
    if (name == "server" && !one.block && one.word(1).find('=') != std::string_view::npos)
      wrong(one, 1, fmt::format("\"{}\" is no address", one.word(1)));
    if ((name == "proxy_pass" || name == "grpc_pass") && !stream) prefix(one);
    if (name == "limit_conn" &&
        declared_.count("limit_conn_zone " + std::string{one.word(1)} + (stream ? " of stream" : "")) == 0 && whole())
      wrong(one, 1, fmt::format("there is no limit_conn_zone \"{}\"", one.word(1)));
    if (name == "limit_req" && declared_.count("limit_req_zone " + std::string{one.parameter("zone")}) == 0 && whole())
      wrong(one, 1, fmt::format("there is no limit_req_zone \"{}\"", one.parameter("zone")));
    if (name == "error_log" && one.words.size() > 2)
      for (std::size_t i = 2; i < one.words.size(); ++i)
        if (!listed(" debug info notice warn error crit alert emerg debug_core debug_alloc debug_mutex debug_event "
                    "debug_http debug_mail "
                    "debug_stream ",
                    one.word(i)))
          wrong(one, i, fmt::format("\"{}\" is no level of logs", one.word(i)));
    if (name == "access_log") format(one, stream);
  }

  bool whole() const { return tree_.ground == in_main; }

  void prefix(const Directive& one) {
    constexpr std::array schemes{"http://", "https://", "grpc://", "grpcs://", "unix:"};
    const std::string_view url = one.word(1);
    const bool variable = url.find('$') != std::string_view::npos;
    if (!variable && one.name() == "proxy_pass" &&
        std::none_of(schemes.begin(), schemes.end(),
                     [&](std::string_view scheme) { return same_word(url.substr(0, scheme.size()), scheme); }))
      wrong(one, 1, fmt::format("\"{}\" begins neither with http:// nor with https://", url));
    if (variable || one.name() != "grpc_pass") return;
    std::string_view host = url;
    for (const std::string_view scheme : {"grpc://", "grpcs://"})
      if (same_word(url.substr(0, scheme.size()), scheme)) host.remove_prefix(scheme.size());
    if (!host.starts_with("unix:") && host.find_first_of("/?") != std::string_view::npos)
      wrong(one, 1,
            fmt::format("grpc_pass takes an address, with or without grpc:// or grpcs:// in front and nothing "
                        "behind it, not \"{}\"",
                        url));
  }

  void format(const Directive& one, bool stream) {
    const std::string_view format = one.word(2);
    if (one.word(1) == "off") {
      if (!format.empty()) wrong(one, 2, fmt::format("access_log off takes no \"{}\"", format));
      return;
    }
    if (one.words.size() < 3) {
      if (stream) wrong(one, 0, "access_log takes the name of a log_format in stream");
      return;
    }
    if (format.find('=') != std::string_view::npos)
      return wrong(one, 2, fmt::format("the name of a log_format stands in front of {}", format));
    if ((format == "combined" && !stream) || !whole()) return;
    if (declared_.count("log_format " + std::string{format} + (stream ? " of stream" : "")) == 0)
      wrong(one, 2, fmt::format("there is no log_format \"{}\"", format));
  }

  // Rows of map, geo, types and their like.
  void entry(const Directive& one) {
    if (one.parent == nullptr || one.block) return;
    const std::string_view in = one.parent->name();
    if (in != "map") return;
    const bool alone = one.words.size() == 1 && listed(" hostnames volatile ", one.name());
    if (one.words.size() != 2 && !alone) return wrong(one, 0, fmt::format("a row of {} has two words", in));
    if (one.name() == "include") return;
    if (!rows_.insert({one.parent, std::string{one.name()}}).second)
      wrong(one, 0, fmt::format("this map has a row for \"{}\" already", one.name()));
  }

  // What the table of directives cannot say to stand once.
  void repeated(const Directive& one) {
    constexpr std::array once{"http", "events", "stream"};
    const std::string_view name = one.name();
    if (std::find(once.begin(), once.end(), name) == once.end()) return;
    const auto [it, fresh] = seen_.try_emplace({one.parent, name}, &one);
    if (!fresh)
      wrong(
          one, 0,
          fmt::format("\"{}\" stands twice in this block; the other one is at line {}", name, it->second->spot().line));
  }

  const Tree& tree_;
  Findings& findings_;
  std::map<std::string, const Directive*> declared_;
  std::set<std::pair<const Directive*, std::string>> rows_;
  std::map<std::pair<const Directive*, std::string_view>, const Directive*> seen_;
};

}  // namespace

void check_arguments(const Tree& tree, Findings& findings) { Arguments{tree, findings}.check(); }

}  // namespace firedrill::lint::nginx
