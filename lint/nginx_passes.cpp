// Where a pass may have a path, and what must suit it in the same block: redirects, cookies, certificates.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "lint/ground_rules.hpp"
#include "lint/nginx_conditions.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

bool with_variables(const Directive& pass) { return pass.word(1).find('$') != std::string_view::npos; }

// Of a URL without variables: whether something stands behind the host.
bool has_path(std::string_view url) {
  url.remove_prefix(std::min(url.find("://"), url.size()));
  url.remove_prefix(std::min<std::size_t>(3, url.size()));
  if (url.starts_with("unix:")) return url.find(':', 5) != std::string_view::npos;
  return url.find_first_of("/?") != std::string_view::npos;
}

// nginx replaces what the location matched by the path; here it cannot tell what that was.
std::string matched_by(const Directive& block) {
  if (block.name() == "if" || block.name() == "limit_except") return fmt::format("inside of {}", block.name());
  if (block.name() != "location") return "";
  const Place place = place_of(block);
  if (place.modifier.starts_with('~')) return "in a location with a pattern";
  return place.modifier.empty() && place.path.starts_with('@') ? "in a named location" : "";
}

class Passes {
 public:
  Passes(const Tree& tree, Findings& findings) : whole_{tree.ground == in_main}, findings_{findings} {}

  void check(const Directive& one) {
    const std::string_view name = one.name();
    if (one.block || one.words.size() < 2 || one.parent == nullptr) return;
    if (name == "proxy_pass") passes_[one.parent] = &one;
    if (name == "proxy_pass" && !is_stream(one)) path(one);
    if (name == "proxy_redirect" && one.words.size() == 2 && one.word(1) == "default") by_default(one);
    if (name == "proxy_redirect" || name.starts_with("proxy_cookie_")) off(one);
    if (whole_ && (name == "proxy_pass" || name == "grpc_pass" || name == "uwsgi_pass")) certificates(one);
  }

 private:
  void wrong(const Directive& one, std::size_t at, const std::string& what) {
    findings_.add(refused, one.spot(at), what);
  }

  void path(const Directive& pass) {
    if (with_variables(pass) || !has_path(pass.word(1))) return;
    if (const std::string where = matched_by(*pass.parent); !where.empty())
      wrong(pass, 1, fmt::format("proxy_pass {} takes no path: \"{}\"", where, pass.word(1)));
  }

  void by_default(const Directive& redirect) {
    if (redirect.parent->words.empty()) return;  // of a fragment: the pass may stand in front of its include
    const auto pass = passes_.find(redirect.parent);
    if (pass == passes_.end())
      wrong(redirect, 1, "proxy_redirect default stands behind the proxy_pass of the same block");
    else if (with_variables(*pass->second))
      wrong(redirect, 1, "proxy_redirect default cannot be had with variables in proxy_pass");
  }

  // It stands alone, before and behind others.
  void off(const Directive& one) {
    const bool is_off = one.words.size() == 2 && one.word(1) == "off";
    const auto [it, fresh] = rewrites_.try_emplace({one.parent, one.name()}, Rewrites{&one, is_off});
    if (fresh) return;
    if (is_off || it->second.off)
      wrong(one, 0,
            fmt::format("{} off stands alone; there is another one at {}", one.name(),
                        line_of(it->second.first->spot(), one.spot())));
  }

  // Where TLS is spoken to the upstream, or variables may have it spoken.
  void certificates(const Directive& pass) {
    const std::string family{pass.name().substr(0, pass.name().find('_'))};
    const std::string_view url = pass.word(1);
    const Directive* ssl = is_stream(pass) ? effective(*pass.parent, "proxy_ssl") : nullptr;
    const bool tls = is_stream(pass)
                         ? ssl != nullptr && same_word(ssl->word(1), "on")
                         : with_variables(pass) || same_word(url.substr(0, 8), "https://") ||
                               same_word(url.substr(0, 8), "grpcs://") || same_word(url.substr(0, 9), "suwsgi://");
    if (!tls) return;
    const Directive* own = effective(*pass.parent, family + "_ssl_certificate");
    if (own != nullptr && effective(*pass.parent, family + "_ssl_certificate_key") == nullptr)
      wrong(*own, 0, fmt::format("this {0}_ssl_certificate has no {0}_ssl_certificate_key", family));
    const Directive* asked = effective(*pass.parent, family + "_ssl_verify");
    if (asked != nullptr && same_word(asked->word(1), "on") &&
        effective(*pass.parent, family + "_ssl_trusted_certificate") == nullptr)
      wrong(*asked, 0, fmt::format("{0}_ssl_verify takes a {0}_ssl_trusted_certificate", family));
  }

  struct Rewrites {
    const Directive* first;
    bool off;
  };

  bool whole_;
  Findings& findings_;
  std::map<const Directive*, const Directive*> passes_;  // the one that was met in each block
  std::map<std::pair<const Directive*, std::string_view>, Rewrites> rewrites_;
};

}  // namespace

void check_passes(const Tree& tree, Findings& findings) {
  Passes passes{tree, findings};
  each(*tree.root, [&](const Directive& one) {
    if (!findings.full() && one.context != in_entries && one.context != in_unknown) passes.check(one);
  });
}

}  // namespace firedrill::lint::nginx
