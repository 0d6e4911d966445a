// Columns as wide as what is in them.
#include "cli/table.hpp"

#include <algorithm>

#include "cli/output.hpp"
#include "cli/screen.hpp"

namespace firedrill::cli {

std::vector<std::string> Table::lines(Shape shape) const {
  if (rows_.empty()) return {};
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(cells(columns_[i].title));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], cells(harmless(row[i].text)));
  }
  const auto put = [&](Line& line, std::size_t i, const std::string& text, Paint paint) {
    const std::string blanks(widths[i] - cells(text), ' ');
    const bool at_right = columns_[i].side == Column::Side::right, last = i + 1 == columns_.size();
    line.add(i > 0 ? "  " : "").add(at_right ? blanks : "").add(text, paint).add(at_right || last ? "" : blanks);
  };
  std::vector<std::string> all;
  Line titles{shape.width, shape.colour};
  for (std::size_t i = 0; i < columns_.size(); ++i) put(titles, i, columns_[i].title, Paint::dim);
  all.push_back(titles.text());
  for (const auto& row : rows_) {
    Line line{shape.width, shape.colour};
    for (std::size_t i = 0; i < row.size(); ++i) put(line, i, harmless(row[i].text), row[i].paint);
    all.push_back(line.text());
  }
  return all;
}

std::string Table::tabbed(std::string_view first) const {
  std::string all;
  for (const auto& row : rows_) {
    std::string line{first};
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0 || !first.empty()) line += '\t';
      line += harmless(row[i].bare);
    }
    all += line + "\n";
  }
  return all;
}

void print(const Table& table, std::string_view none) {
  if (!on_terminal()) return print(table.tabbed());
  if (table.empty()) return print(std::string{none} + "\n");
  for (const std::string& line : table.lines(terminal_shape())) print(line + "\n");
}

}  // namespace firedrill::cli
