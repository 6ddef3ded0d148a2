#include "prices/book.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "prices/prices_csv.h"

namespace agentops::prices {

namespace {

constexpr std::string_view kHeader = "region,service,item,unit,usd,date,source";
constexpr std::size_t kFields = 7;

/// The fields of one line; quotes as in RFC 4180, but none over several lines.
std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields{""};
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool doubled = quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"';
        if (doubled)
            fields.back() += line[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return fields;
}

std::string field_text(const std::string& field) {
    if (field.find_first_of(",\"") == std::string::npos) return field;
    std::string quoted = "\"";
    for (const char c : field)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::optional<double> parse_usd(const std::string& text) {
    double usd = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, usd);
    if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(usd) || usd < 0)
        return std::nullopt;
    return usd;
}

bool is_date(const std::string& text) {
    return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

class Reader {
public:
    explicit Reader(const Source& source) : source_(source) {}

    Result<Book> run() {
        for (const auto& line : split(source_.text, '\n')) {
            ++line_;
            read(std::string(trim(line)));
        }
        if (line_ == 0 || !found_.empty()) return fail(std::move(found_));
        return std::move(book_);
    }

private:
    void read(const std::string& line) {
        if (line_ == 1 && line != kHeader)
            return mistake("prices.header", "this is no price book",
                           fmt::format("its first line must be: {}", kHeader));
        if (line_ == 1 || line.empty()) return;
        const auto fields = fields_of(line);
        if (fields.size() != kFields)
            return mistake("prices.fields",
                           fmt::format("{} instead of 7", count_of(fields.size(), "field")),
                           std::string(kHeader));
        const auto usd = parse_usd(fields[4]);
        if (!usd)
            return mistake("prices.usd",
                           fmt::format("'{}' is no price", escape_terminal(fields[4])),
                           "write USD for one unit, e.g. 0.0114");
        if (!is_date(fields[5]))
            return mistake("prices.date", fmt::format("'{}' is no day", escape_terminal(fields[5])),
                           "write YYYY-MM-DD: the day on which the price was seen to hold");
        Price price{fields[0], fields[1] + "/" + fields[2], fields[3], *usd, fields[5], fields[6]};
        if (book_.find(price.region, price.item) != nullptr)
            return mistake("prices.duplicate",
                           fmt::format("{} has two prices in {}", price.item, price.region),
                           "keep one of the lines");
        book_.add(std::move(price));
    }

    void mistake(std::string code, std::string message, std::string help) {
        found_.push_back(error(std::move(code), std::move(message), Position{&source_, line_, 1},
                               std::move(help)));
    }

    const Source& source_;
    int line_ = 0;
    Book book_;
    Diagnostics found_;
};

}  // namespace

const Book& Book::builtin() {
    static const Book book = [] {
        const Source source{"the built-in price book", std::string(kPricesCsv)};
        auto read = parse(source);
        if (!read) throw InternalError("the built-in price book does not parse");
        return std::move(*read);
    }();
    return book;
}

Result<Book> Book::parse(const Source& source) {
    return Reader(source).run();
}

const Price* Book::find(std::string_view region, std::string_view item) const {
    const auto prices = prices_.find(region);
    if (prices == prices_.end()) return nullptr;
    const auto found = prices->second.find(item);
    return found == prices->second.end() ? nullptr : &found->second;
}

std::vector<const Price*> Book::all() const {
    std::vector<const Price*> all;
    for (const auto& [region, prices] : prices_) {
        for (const auto& [item, price] : prices)
            all.push_back(&price);
    }
    return all;
}

void Book::lay_over(Book other) {
    for (auto& [region, prices] : other.prices_) {
        for (auto& [item, price] : prices)
            add(std::move(price));
    }
}

std::string Book::to_csv() const {
    std::string text = std::string(kHeader) + "\n";
    for (const auto* price : all()) {
        const auto slash = price->item.find('/');
        text += fmt::format("{},{},{},{},{},{},{}\n", field_text(price->region),
                            field_text(price->item.substr(0, slash)),
                            field_text(price->item.substr(slash + 1)), field_text(price->unit),
                            price->usd, price->date, field_text(price->source));
    }
    return text;
}

void Book::add(Price price) {
    auto& slot = prices_[price.region][price.item];
    slot = std::move(price);
}

}  // namespace agentops::prices
