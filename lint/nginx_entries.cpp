// Rows of map, geo, split_clients and charset_map.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "lint/ground_rules.hpp"
#include "lint/nginx_addresses.hpp"
#include "lint/nginx_syntax.hpp"
#include "lint/regex.hpp"

namespace firedrill::lint::nginx {
namespace {

class Entries {
 public:
  explicit Entries(Findings& findings) : findings_{findings} {}

  void check(const Directive& block) {
    const std::string_view name = block.name();
    if (name == "split_clients") return shares(block);
    const bool ranges = child(block, "ranges") != nullptr;
    bool begun = false;
    for (const Directive& row : block.children) {
      if (findings_.full()) return;
      if (row.block || row.name() == "include") continue;
      if (name == "map") pattern(row);
      if (name == "geo") {
        const bool alone = row.words.size() == 1 && row.name() == "ranges";
        if (alone && begun) wrong(row, 0, "ranges stands before all rows of its geo");
        begun = begun || (!alone && row.name() != "proxy" && row.name() != "proxy_recursive");
        if (!alone) network(row, ranges);
      }
      if (name == "charset_map") bytes(row);
    }
  }

 private:
  void wrong(const Directive& row, std::size_t at, const std::string& what) {
    findings_.add(refused, row.spot(at), what);
  }

  void pattern(const Directive& row) {
    std::string_view text = row.name();
    if (!text.starts_with('~')) return;
    text.remove_prefix(text.starts_with("~*") ? 2 : 1);
    if (!regex_mistake(text).empty()) wrong(row, 0, fmt::format("\"{}\" is no pattern", row.name()));
  }

  void network(const Directive& row, bool ranges) {
    std::string_view text = row.name();
    if (text == "proxy_recursive" && row.words.size() == 1) return;
    if (row.words.size() != 2) return wrong(row, 0, "a row of geo has two words");
    if (text == "default") return;
    const bool proxy = text == "proxy";
    if (proxy || text == "delete") text = row.word(1);
    if (ranges && !proxy) {
      if (!is_range(text)) wrong(row, 0, fmt::format("\"{}\" is no range such as 10.0.0.1-10.0.0.9", text));
      return;
    }
    if (text.find('/') == std::string_view::npos ? !is_address(text) : !is_network(text))
      wrong(row, 0, fmt::format("\"{}\" is no network", text));
  }

  // Two digits behind the point at most; nginx reckons in hundredths of a percent.
  void shares(const Directive& block) {
    double sum = 0;
    for (const Directive& row : block.children) {
      std::string_view text = row.name();
      if (text == "*" || text == "include" || row.block) continue;
      const bool percent = text.ends_with('%');
      if (percent) text.remove_suffix(1);
      const std::size_t point = std::min(text.find('.'), text.size());
      const std::string_view whole = text.substr(0, point), part = text.substr(std::min(point + 1, text.size()));
      const bool good = percent && (only_digits(whole) || only_digits(part)) && (whole.empty() || only_digits(whole)) &&
                        (part.empty() || only_digits(part)) && part.size() <= 2 && whole.size() < 10;
      const double share = good ? (whole.empty() ? number_of("0" + std::string{text}) : number_of(text)) : 0;
      if (!good || share <= 0) {
        wrong(row, 0, fmt::format("\"{}\" is no percentage with two decimals at most", row.name()));
        continue;
      }
      sum += share;
      if (std::round(sum * 100) > 10000) return wrong(row, 0, "the shares are more than 100 % together");
    }
  }

  void bytes(const Directive& row) {
    const auto hex = [](std::string_view text) {
      return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    };
    if (row.words.size() != 2 || !hex(row.name()) || row.name().size() > 2)
      return wrong(row, 0, "a row of charset_map is a byte and what stands for it, in hexadecimal digits");
    const bool utf8 = same_word(row.parent->word(2), "utf-8");
    if (!hex(row.word(1)) || row.word(1).size() > (utf8 ? 8U : 2U))
      wrong(row, 1, fmt::format("\"{}\" is no hexadecimal number of that length", row.word(1)));
  }

  Findings& findings_;
};

}  // namespace

void check_entries(const Tree& tree, Findings& findings) {
  Entries entries{findings};
  each(*tree.root, [&](const Directive& one) {
    if (one.block && one.context != in_entries && one.context != in_unknown) entries.check(one);
  });
}

}  // namespace firedrill::lint::nginx
