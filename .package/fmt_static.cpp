// What agentops uses of libfmt, compiled in: Debian has that library only as a shared one. The
// header has the functions; these are the templates that it declares to be elsewhere.
#include <fmt/format-inl.h>

namespace detail = fmt::detail;

template std::locale detail::locale_ref::get<std::locale>() const;
template detail::thousands_sep_result<char> detail::thousands_sep_impl(detail::locale_ref);
template char detail::decimal_point_impl(detail::locale_ref);
