// What only several directives together make wrong: buffers and their sum, certificates and their keys, caches and
// their zones, passes and the upstreams they lead to.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "lint/ground_rules.hpp"
#include "lint/nginx_addresses.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

constexpr double page = 4096;

std::string lower_case(std::string_view text) {
  std::string all{text};
  for (char& c : all) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return all;
}

// "proxy" of proxy_cache.
std::string_view family_of(const Directive& one) { return one.name().substr(0, one.name().find('_')); }

class Together {
 public:
  Together(const Tree& tree, Findings& findings) : tree_{tree}, findings_{findings} {}

  void check() {
    for (const Directive* one : tree_.upstreams)
      upstreams_.emplace(std::pair{(one->context & in_stream) != 0, lower_case(one->word(1))}, one);
    each(*tree_.root, [&](const Directive& one) {
      if (one.context == in_http && one.name().ends_with("_cache_path")) {
        const std::string_view zone = one.parameter("keys_zone");
        zones_.insert(fmt::format("{} {}", family_of(one), zone.substr(0, zone.find(':'))));
      }
      if (one.context == in_main && one.name() == "thread_pool") pools_.insert(std::string{one.word(1)});
    });
    each(*tree_.root, [&](const Directive& one) {
      if (findings_.full() || one.context == in_entries || one.context == in_unknown) return;
      if (one.block && (one.name() == "server" || one.name() == "location"))
        for (const char* const family : {"proxy", "fastcgi", "uwsgi", "scgi"}) buffers(one, family);
      if (one.block && one.name() == "server") certificates(one);
      if (one.block && one.name() == "server" && one.context == in_http && whole()) header_buffers(one);
      if (one.block && one.name() == "upstream") balance(one);
      if (one.block && one.context == in_stream && one.name() == "server") handler(one);
      names(one);
      pass(one);
    });
  }

 private:
  void wrong(const Directive& one, std::size_t at, const std::string& what) {
    findings_.add(refused, one.spot(at), what);
  }

  // As nginx sums them up where no setting is inherited: at the settings that count here.
  void buffers(const Directive& block, const std::string& family) {
    if (inside(block.name(), block.context) == in_stream_server) return;
    const Directive* blame = nullptr;
    const auto size = [&](const char* name, std::size_t word, double otherwise) {
      const Directive* one = effective(block, family + name);
      if (one == nullptr) return otherwise;
      if (blame == nullptr || one->parent == &block) blame = one;
      return value_of(Kind::size, one->word(word)).value_or(-1);
    };
    const double number = size("_buffers", 1, 8), each_one = size("_buffers", 2, page);
    const double largest = std::max(size("_buffer_size", 1, page), each_one);
    const double busy = size("_busy_buffers_size", 1, 2 * largest);
    const double written = size("_temp_file_write_size", 1, 2 * largest);
    const double file = size("_max_temp_file_size", 1, 1024.0 * 1024 * 1024);
    if (blame == nullptr || std::min({number, each_one, largest, busy, written, file}) < 0) return;
    // Said once, in the outermost of the blocks in which all of it is the same.
    if (blame->parent != &block && block.name() != "server") return;
    std::string what;
    if (number < 2)
      what = fmt::format("{0}_buffers takes 2 or more", family);
    else if (busy < largest)
      what = fmt::format("{0}_busy_buffers_size is less than {0}_buffer_size or one of {0}_buffers", family);
    else if (busy > (number - 1) * each_one)
      what = fmt::format(
          "{0}_busy_buffers_size ({1:g}k, twice the largest buffer if it is not set) is more than all of {0}_buffers "
          "but "
          "one ({2:g}k)",
          family, busy / 1024, (number - 1) * each_one / 1024);
    else if (written < largest)
      what = fmt::format("{0}_temp_file_write_size is less than {0}_buffer_size or one of {0}_buffers", family);
    else if (file > 0 && file < largest)
      what = fmt::format("{0}_max_temp_file_size is less than {0}_buffer_size or one of {0}_buffers", family);
    if (!what.empty()) wrong(*blame, 0, what);
  }

  void header_buffers(const Directive& server) {
    const Directive* buffers = effective(server, "large_client_header_buffers");
    const Directive* pool = effective(server, "connection_pool_size");
    const double size = buffers == nullptr ? 2 * page : value_of(Kind::size, buffers->word(2)).value_or(page);
    const double needed = pool == nullptr ? 512 : value_of(Kind::size, pool->word(1)).value_or(0);
    if (size >= needed) return;
    const bool inner = buffers != nullptr && (pool == nullptr || buffers->parent == &server);
    wrong(inner ? *buffers : *pool, 0,
          fmt::format("large_client_header_buffers ({:g} bytes) are smaller than connection_pool_size ({:g})", size,
                      needed));
  }

  static bool says(const Directive& server, std::string_view name, std::string_view value) {
    const Directive* one = effective(server, name);
    return one != nullptr && same_word(one->word(1), value);
  }

  void certificates(const Directive& server) {
    if (!whole() || (server.context != in_http && server.context != in_stream)) return;
    const auto certificates = effective_all(server, "ssl_certificate");
    if (certificates.size() > effective_all(server, "ssl_certificate_key").size())
      wrong(*certificates.back(), 0, "this ssl_certificate has no ssl_certificate_key");
    if (!certificates.empty() || says(server, "ssl_reject_handshake", "on")) return;
    if (server.context == in_http && says(server, "ssl", "on"))
      wrong(*effective(server, "ssl"), 0, "there is no ssl_certificate for this");
    for (const Directive& one : server.children)
      if (one.name() == "listen" && one.has("ssl") && is_only_one(server, one))
        wrong(one, 0, "this server listens with ssl and has no ssl_certificate");
  }
  // In http only the default server of an address needs a certificate: nobody else has the port, whatever the address.
  bool is_only_one(const Directive& server, const Directive& listen) const {
    const auto port = [](const Directive& one) {
      const auto at = host_and_port(one.word(1));
      return at.port.empty() ? at.host : at.port;
    };
    if (server.context == in_stream) return true;
    for (const Directive& other : server.parent->children)
      if (other.block && &other != &server && other.name() == "server")
        for (const Directive& one : other.children)
          if (one.name() == "listen" && port(one) == port(listen)) return false;
    return true;
  }

  // A method that knows no backups, in front of a server that is one.
  void balance(const Directive& upstream) {
    const Directive* method = nullptr;
    for (const Directive& one : upstream.children) {
      if (one.name() == "ip_hash" || one.name() == "hash" || one.name() == "random") method = &one;
      if (one.name() == "server" && one.has("backup") && method != nullptr)
        wrong(one, 0, fmt::format("{} has no servers for backup", method->name()));
    }
  }

  void handler(const Directive& server) {
    if (child(server, "proxy_pass") == nullptr && child(server, "return") == nullptr && known(server))
      wrong(server, 0, "this server has neither proxy_pass nor return");
  }
  // Modules from elsewhere may bring handlers along.
  bool known(const Directive& block) const {
    return std::none_of(tree_.root->children.begin(), tree_.root->children.end(),
                        [](const Directive& one) {
                          return one.name() == "load_module" &&
                                 one.word(1).find("stream_module") == std::string_view::npos;
                        }) &&
           std::none_of(block.children.begin(), block.children.end(),
                        [](const Directive& one) { return one.name().starts_with("js_"); });
  }

  void names(const Directive& one) {
    const std::string_view name = one.name(), word = one.word(1);
    const bool cache =
        name == "proxy_cache" || name == "fastcgi_cache" || name == "uwsgi_cache" || name == "scgi_cache";
    if (cache && word.find('$') == std::string_view::npos && word != "off" && whole() &&
        zones_.count(fmt::format("{} {}", family_of(one), word)) == 0)
      wrong(one, 1, fmt::format("no {}_path makes a zone \"{}\"", name, word));
    if (cache && word != "off" && one.parent != nullptr) {
      const std::string store = std::string{name.substr(0, name.find('_'))} + "_store";
      if (const Directive* other = child(*one.parent, store); other != nullptr && other->word(1) != "off")
        wrong(one, 0, fmt::format("{} and {} exclude one another", name, store));
    }
    if (name == "aio" && word.starts_with("threads=") && word.find('$') == std::string_view::npos && whole() &&
        word != "threads=default" && pools_.count(std::string{word.substr(8)}) == 0)
      wrong(one, 1, fmt::format("there is no thread_pool \"{}\"", word.substr(8)));
    const std::string_view limit = name == "limit_conn" ? word : name == "limit_req" ? one.parameter("zone") : "";
    if (!limit.empty() && !limited_.insert({one.parent, fmt::format("{} {}", name, limit)}).second)
      wrong(one, 0, fmt::format("there is a {} {} in this block already", name, limit));
  }

  void pass(const Directive& one) {
    const std::string_view name = one.name();
    if (!name.ends_with("_pass") || one.block || one.words.size() != 2) return;
    std::string_view url = one.word(1);
    if (url.find('$') != std::string_view::npos) return;
    const bool stream = (one.context & (in_stream | in_stream_server)) != 0;
    const bool with_scheme = (name == "proxy_pass" && !stream) || name == "grpc_pass";
    if (with_scheme) {
      const std::size_t scheme = url.find("://");
      if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
      if (!url.starts_with("unix:") && name == "proxy_pass") url = url.substr(0, url.find_first_of("/?"));
    }
    const bool sound = !url.starts_with("unix:") || url.substr(0, url.find(':', 5)).size() > 5;
    const HostPort to = host_and_port(url);
    const auto found = upstreams_.find({stream, lower_case(to.host)});
    const Directive* upstream = found == upstreams_.end() ? nullptr : found->second;
    if (upstream != nullptr && to.port.empty() && to.host.size() == url.size()) return;
    if (upstream != nullptr && value_of(Kind::number, to.port))
      return wrong(one, 1,
                   fmt::format("{} is an upstream, at line {}: it takes no port", to.host, upstream->spot().line));
    if (!whole() && to.port.empty() && !url.starts_with("unix:")) return;  // an upstream of another file
    const std::string what =
        !sound ? "there is no path behind unix:"
               : wrong_address(url, name == "proxy_pass" && !stream ? Address::with_default_port : Address::needs_port);
    if (!what.empty()) wrong(one, 1, what);
  }

  bool whole() const { return tree_.ground == in_main; }

  const Tree& tree_;
  Findings& findings_;
  std::set<std::string> zones_, pools_;  // zones: of caches, "proxy NAME"
  std::set<std::pair<const Directive*, std::string>> limited_;
  std::map<std::pair<bool, std::string>, const Directive*> upstreams_;  // by name in lower case, of stream and of http
};

}  // namespace

void check_together(const Tree& tree, Findings& findings) { Together{tree, findings}.check(); }

}  // namespace firedrill::lint::nginx
