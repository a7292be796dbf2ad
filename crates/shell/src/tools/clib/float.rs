//! Numbers of 64-bit floating point from text and as text, exact to the last digit.
//!
//! The standard library's ways are fast, and carry tables and code of 30 kilobytes for it. Tools meet few
//! such numbers: these go by way of all decimal digits, of which a number has 767 at most.

use std::cmp::Ordering;

/// A number that is not negative: 0.d₁d₂d₃… · 10^`point`, without zeros at its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// Limbs of a long number have nine decimal digits.
const LIMB: u64 = 1_000_000_000;

impl Decimal {
    fn new(digits: Vec<u8>, point: i32) -> Self {
        let zeros = digits.iter().take_while(|&&d| d == 0).count();
        let end = digits.iter().rposition(|&d| d != 0).map_or(0, |at| at + 1);
        let digits = digits.get(zeros..end).unwrap_or_default().to_vec();
        let point = if digits.is_empty() { 0 } else { point - zeros as i32 };
        Self { digits, point }
    }

    /// `mantissa` · 2^`exponent`.
    fn exact(mantissa: u64, exponent: i32) -> Self {
        if mantissa == 0 {
            return Self { digits: Vec::new(), point: 0 };
        }
        // What can be halved need not be.
        let twos = (mantissa.trailing_zeros() as i32).min(-exponent).max(0);
        let (mantissa, exponent) = (mantissa >> twos, exponent + twos);
        // Halving is five tenths.
        let (factor, mut times) = if exponent < 0 { (5u64, -exponent) } else { (2, exponent) };
        let mut limbs = vec![mantissa % LIMB, mantissa / LIMB % LIMB, mantissa / LIMB / LIMB];
        while times > 0 {
            let some = times.min(13);
            times -= some;
            let factor = factor.pow(some as u32);
            let mut carry = 0;
            for limb in &mut limbs {
                let n = *limb * factor + carry;
                (*limb, carry) = (n % LIMB, n / LIMB);
            }
            while carry > 0 {
                limbs.push(carry % LIMB);
                carry /= LIMB;
            }
        }
        let mut digits = Vec::with_capacity(limbs.len() * 9);
        for limb in limbs {
            let mut rest = limb;
            for _ in 0..9 {
                digits.push((rest % 10) as u8);
                rest /= 10;
            }
        }
        digits.reverse();
        let point = digits.len() as i32 + exponent.min(0);
        Self::new(digits, point)
    }

    /// Of a finite number or infinity (as the number that it stands for), its sign apart.
    fn of(bits: u64, halves: u64) -> Self {
        let (mantissa, exponent) = (bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i32);
        let mantissa = if exponent > 0 { mantissa | 1 << 52 } else { mantissa };
        Self::exact(mantissa * 2 + halves, exponent.max(1) - 1076)
    }

    fn compare(&self, other: &Self) -> Ordering {
        let zero = other.digits.is_empty().cmp(&self.digits.is_empty());
        zero.then(self.point.cmp(&other.point)).then_with(|| self.digits.cmp(&other.digits))
    }

    /// Rounds to `len` digits, a half to the even one. Returns exactly that many.
    fn rounded(&self, len: i32) -> (Vec<u8>, i32) {
        let keep = usize::try_from(len).unwrap_or(0);
        let mut digits: Vec<u8> = self.digits.iter().copied().take(keep).collect();
        digits.resize(keep, 0);
        let rest = self.digits.get(keep..).filter(|_| len >= 0).unwrap_or_default();
        let odd = digits.last().is_some_and(|d| d % 2 == 1);
        let up = match rest {
            [5] => odd,
            [first, ..] => *first >= 5,
            [] => false,
        };
        if up {
            for digit in digits.iter_mut().rev() {
                if *digit < 9 {
                    *digit += 1;
                    return (digits, self.point);
                }
                *digit = 0;
            }
            digits.insert(0, 1);
            return (digits, self.point + 1);
        }
        (digits, self.point)
    }
}

fn push(text: &mut String, digits: impl Iterator<Item = u8>) {
    text.extend(digits.map(|d| char::from(b'0' + d)));
}

/// `%.*f` of a finite number that is not negative.
pub(in crate::tools) fn fixed(n: f64, precision: usize) -> String {
    let decimal = Decimal::of(n.to_bits(), 0);
    let (digits, point) = decimal.rounded(decimal.point.saturating_add(precision as i32));
    let whole = usize::try_from(point).unwrap_or(0);
    let mut digits = digits.into_iter();
    let mut text = String::new();
    if whole == 0 {
        text.push('0');
    }
    push(&mut text, digits.by_ref().take(whole));
    if precision > 0 {
        text.push('.');
        let zeros = precision.saturating_sub(digits.len());
        push(&mut text, std::iter::repeat_n(0, zeros).chain(digits));
    }
    text
}

/// The digits of `%.*e` and its power, of a finite number that is not negative.
fn digits(n: f64, precision: usize) -> (String, i32) {
    let decimal = Decimal::of(n.to_bits(), 0);
    let (digits, point) = decimal.rounded(precision as i32 + 1);
    let mut digits = digits.into_iter();
    let mut text = String::new();
    push(&mut text, digits.by_ref().take(1));
    if precision > 0 {
        text.push('.');
        push(&mut text, digits.take(precision));
    }
    (text, if decimal.digits.is_empty() { 0 } else { point - 1 })
}

fn powered(mut text: String, power: i32) -> String {
    text.push_str(if power < 0 { "e-" } else { "e+" });
    text.push_str(&format!("{:02}", power.abs()));
    text
}

/// `%.*e` of a finite number that is not negative.
pub(in crate::tools) fn scientific(n: f64, precision: usize) -> String {
    let (text, power) = digits(n, precision);
    powered(text, power)
}

/// What becomes of zeros behind the last digit that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tools) enum Zeros {
    /// `#`.
    Keep,
    Drop,
}

/// `%.*g` of a finite number that is not negative.
pub(in crate::tools) fn general(n: f64, precision: usize, zeros: Zeros) -> String {
    let precision = precision.max(1);
    let trim = |mut text: String| {
        if zeros == Zeros::Drop && text.contains('.') {
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        } else if zeros == Zeros::Keep && !text.contains('.') {
            text.push('.');
        }
        text
    };
    let (text, power) = digits(n, precision - 1);
    if power < -4 || power >= precision as i32 {
        return powered(trim(text), power);
    }
    trim(fixed(n, (precision as i32 - 1 - power).max(0) as usize))
}

/// `%g` of any number.
pub(in crate::tools) fn text(n: f64) -> String {
    let sign = if n.is_sign_negative() { "-" } else { "" };
    match n.abs() {
        size if size.is_nan() => format!("{sign}nan"),
        size if size.is_infinite() => format!("{sign}inf"),
        size => sign.to_owned() + &general(size, 6, Zeros::Drop),
    }
}

/// A whole text as a number: `1`, `-1.5e3`, `.5`, `inf`, `infinity`, `nan`. Rounds as the standard library.
pub(in crate::tools) fn parse(text: &str) -> Option<f64> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = match () {
        () if body.eq_ignore_ascii_case("inf") || body.eq_ignore_ascii_case("infinity") => f64::INFINITY,
        () if body.eq_ignore_ascii_case("nan") => f64::NAN,
        () => nearest(&decimal(body)?),
    };
    Some(if negative { -size } else { size })
}

fn decimal(text: &str) -> Option<Decimal> {
    let (mantissa, power) = match text.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, whole(power)?),
        None => (text, 0),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = before.bytes().chain(after.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let point = i32::try_from(before.len()).unwrap_or(i32::MAX / 4).min(i32::MAX / 4) + power;
    Some(Decimal::new(digits.iter().map(|d| d - b'0').collect(), point))
}

/// A power, held where no number reaches.
fn whole(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size = digits.bytes().fold(0, |n: i32, b| (n * 10 + i32::from(b - b'0')).min(i32::MAX / 40));
    Some(if text.starts_with('-') { -size } else { size })
}

fn nearest(wanted: &Decimal) -> f64 {
    let power = wanted.point - wanted.digits.len() as i32;
    if wanted.digits.len() <= 15 && (-22..=22).contains(&power) {
        // Both are exact, so that what is left is one rounding.
        let number = wanted.digits.iter().fold(0u64, |n, d| n * 10 + u64::from(*d)) as f64;
        let factor = (0..power.abs()).fold(1.0, |n: f64, _| n * 10.0);
        return if power < 0 { number / factor } else { number * factor };
    }
    if wanted.point > 310 || wanted.point < -330 {
        return if wanted.point > 0 { f64::INFINITY } else { 0.0 };
    }
    // The greatest number that is not above it.
    let (mut low, mut high) = (0, f64::INFINITY.to_bits());
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if Decimal::of(middle, 0).compare(wanted).is_le() { low = middle } else { high = middle }
    }
    let up = match wanted.compare(&Decimal::of(low, 1)) {
        Ordering::Less => false,
        Ordering::Equal => low % 2 == 1,
        Ordering::Greater => true,
    };
    f64::from_bits(low + u64::from(up))
}

#[cfg(test)]
mod tests {
    use super::{Zeros, digits, fixed, general, parse};

    /// Numbers of all sizes, and those beside which others round differently.
    fn numbers() -> impl Iterator<Item = f64> {
        let mut state = 1_u64;
        let random = std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from_bits(state >> 1)
        });
        let near = (0..400).map(|n| f64::from(n) / 16.0);
        let chosen =
            [0.0, 5e-324, f64::MIN_POSITIVE, f64::MAX, 0.1, 0.3, 9.5, 99.95, 1e15, 1e22, 1e23, 123_456.5];
        chosen.into_iter().chain(near).chain(random.filter(|n| n.is_finite()).take(400))
    }

    #[test]
    fn as_the_standard_library_prints() {
        for n in numbers() {
            for precision in [0, 1, 2, 5, 6, 17, 30] {
                assert_eq!(fixed(n, precision), format!("{n:.precision$}"), "{n:e} {precision}");
                let (digits, power) = digits(n, precision);
                assert_eq!(format!("{digits}e{power}"), format!("{n:.precision$e}"), "{n:e} {precision}");
            }
        }
    }

    /// What `printf("%g")` and `printf("%#.3g")` give.
    #[test]
    fn as_c_prints_in_general() {
        for (n, short, long) in [
            (0.0, "0", "0.00"),
            (100.0, "100", "100."),
            (1_000_000.0, "1e+06", "1.00e+06"),
            (999_999.5, "1e+06", "1.00e+06"),
            (0.000_12, "0.00012", "0.000120"),
            (0.000_012, "1.2e-05", "1.20e-05"),
            (12.5, "12.5", "12.5"),
            (1.0 / 3.0, "0.333333", "0.333"),
        ] {
            assert_eq!(general(n, 6, Zeros::Drop), short);
            assert_eq!(general(n, 3, Zeros::Keep), long);
        }
    }

    #[test]
    fn as_the_standard_library_reads() {
        let same = |text: &str| {
            let bits = |n: f64| if n.is_nan() { u64::MAX } else { n.to_bits() };
            assert_eq!(parse(text).map(bits), text.parse().ok().map(bits), "{text}");
        };
        for n in numbers() {
            for text in [format!("{n}"), format!("{n:e}"), format!("-{n:.3}"), format!("{n:.20e}")] {
                same(&text);
            }
        }
        #[rustfmt::skip]
        let odd = [
            "", ".", "+", "-", "e5", "1e", "1e+", "1.", ".5", "+1", "-0", "--1", "1.5.2", "1e5.5", "0x5", " 1",
            "1 ", "inf", "-Infinity", "NaN", "infinit", "1e400", "1e-400", "1e99999999999", "-1e-99999999999",
            "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623158e308",
            "1.7976931348623159e308", "9007199254740993", "9007199254740993.00000000000000000001", "00012.500",
            "0e999999999", "00000000000000000000000000000000001e5", "1_0", "१",
        ];
        odd.into_iter().for_each(same);
    }
}
