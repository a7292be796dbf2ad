//! The namespace's `net.*` settings, read and written by name as `sysctl` does.

mod conf;
mod text;

pub use conf::{Conf4, Conf6, DevConf, Global};

use packetwalk_wire::{IfIndex, IfName, Order, sorted::Map};

/// Why a setting could not be read or written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SysctlError {
    /// No file of that name under `/proc/sys`.
    NotFound,
    /// The value is not one (EINVAL).
    Invalid,
    /// It exists, but may only be read (EACCES).
    ReadOnly,
    /// It exists in Linux, but nothing here would act on that value.
    NotModelled,
}

/// Every setting of one namespace that is not kept beside its table (conntrack and neighbour
/// settings are).
#[derive(Clone, Debug)]
pub struct Sysctl {
    all: DevConf,
    default: DevConf,
    devices: Map<IfIndex, (IfName, DevConf)>,
    global: [i64; Global::NAMES.len()],
    /// First and last port handed to sockets that bind none.
    pub port_range: (u16, u16),
}

impl Default for Sysctl {
    fn default() -> Self {
        Self {
            all: DevConf::ALL,
            default: DevConf::default_template(),
            devices: Map::new(),
            global: Global::DEFAULTS,
            port_range: (32768, 60999),
        }
    }
}

impl Sysctl {
    /// A new interface takes `default`'s settings.
    pub fn add_device(&mut self, index: IfIndex, name: IfName) {
        let mut conf = self.default;
        if index == IfIndex::LO {
            conf.set6(Conf6::AcceptDad, -1);
            conf.set4(Conf4::DisablePolicy, 1);
            conf.set4(Conf4::DisableXfrm, 1);
        }
        self.devices.insert(index, (name, conf));
    }

    /// The interface got another name.
    pub fn rename_device(&mut self, index: IfIndex, name: IfName) {
        if let Some(device) = self.devices.get_mut(&index) {
            device.0 = name;
        }
    }

    /// The interface is gone.
    pub fn remove_device(&mut self, index: IfIndex) {
        self.devices.remove(&index);
    }

    /// A namespace-wide number.
    #[inline]
    pub const fn get(&self, key: Global) -> i64 {
        self.global[key as usize]
    }

    /// `all`'s settings.
    pub const fn all(&self) -> &DevConf {
        &self.all
    }

    /// An interface's own settings; `default`'s for one that is not known.
    #[inline]
    pub fn dev(&self, index: IfIndex) -> &DevConf {
        self.devices.get(&index).map_or(&self.default, |d| &d.1)
    }

    /// `IN_DEV_ORCONF`.
    pub fn or4(&self, dev: IfIndex, key: Conf4) -> bool {
        self.all.v4(key) != 0 || self.dev(dev).v4(key) != 0
    }

    /// `IN_DEV_ANDCONF`.
    pub fn and4(&self, dev: IfIndex, key: Conf4) -> bool {
        self.all.v4(key) != 0 && self.dev(dev).v4(key) != 0
    }

    /// `IN_DEV_MAXCONF`.
    pub fn max4(&self, dev: IfIndex, key: Conf4) -> i64 {
        self.all.v4(key).max(self.dev(dev).v4(key))
    }

    /// Whether `dev` forwards IPv4 packets that come in by it.
    pub fn forwards4(&self, dev: IfIndex) -> bool {
        self.dev(dev).v4(Conf4::Forwarding) != 0
    }

    /// Whether the namespace forwards IPv6 packets.
    pub fn forwards6(&self) -> bool {
        self.all.v6(Conf6::Forwarding) != 0
    }

    /// Reads a setting; dots separate, and a dot in an interface's name is written as a slash.
    ///
    /// # Errors
    /// [`SysctlError::NotFound`].
    pub fn read(&self, name: &str) -> Result<String, SysctlError> {
        if let Some((six, scope, key)) = split_conf(name) {
            let conf = self.scope(scope).ok_or(SysctlError::NotFound)?;
            let value =
                if six { Conf6::of(key).map(|k| conf.v6(k)) } else { Conf4::of(key).map(|k| conf.v4(k)) };
            return value.map(|v| v.to_string()).ok_or(SysctlError::NotFound);
        }
        if name == "net.ipv4.ip_local_port_range" {
            return Ok(format!("{}\t{}", self.port_range.0, self.port_range.1));
        }
        if let Some(key) = Global::of(name) {
            return Ok(self.get(key).to_string());
        }
        text::of(name).map(str::to_owned).ok_or(SysctlError::NotFound)
    }

    /// Writes a setting and what hangs on it (`ip_forward` and `conf.all.forwarding` are one, and
    /// reach every interface).
    ///
    /// # Errors
    /// [`SysctlError`]; nothing is changed then.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `devinet_sysctl_forward`, `devinet_conf_proc`;
    /// `net/ipv6/addrconf.c`: `addrconf_fixup_forwarding`.
    pub fn write(&mut self, name: &str, value: &str) -> Result<(), SysctlError> {
        let value = value.trim();
        if let Some((six, scope, key)) = split_conf(name) {
            self.scope(scope).ok_or(SysctlError::NotFound)?;
            return self.write_conf(six, scope, key, value);
        }
        if name == "net.ipv4.ip_local_port_range" {
            let mut ports = value.split_whitespace().map(str::parse::<u16>);
            let (Some(Ok(low)), Some(Ok(high)), None) = (ports.next(), ports.next(), ports.next()) else {
                return Err(SysctlError::Invalid);
            };
            if low == 0 || low > high {
                return Err(SysctlError::Invalid);
            }
            self.port_range = (low, high);
            return Ok(());
        }
        if let Some(key) = Global::of(name) {
            let value = number(value)?;
            if !Global::MODELLED[key as usize] && value != Global::DEFAULTS[key as usize] {
                return Err(SysctlError::NotModelled);
            }
            if matches!(key, Global::IpDefaultTtl) && !(1..=255).contains(&value) {
                return Err(SysctlError::Invalid);
            }
            self.global[key as usize] = value;
            if matches!(key, Global::IpForward) {
                self.set_forwarding4(value);
            }
            return Ok(());
        }
        match text::of(name) {
            None => Err(SysctlError::NotFound),
            Some(old) if old.split_whitespace().eq(value.split_whitespace()) => Ok(()),
            Some(_) => Err(SysctlError::NotModelled),
        }
    }

    fn write_conf(&mut self, six: bool, scope: &str, key: &str, value: &str) -> Result<(), SysctlError> {
        if six {
            let key = Conf6::of(key).ok_or(SysctlError::NotFound)?;
            let value = number(value)?;
            if !Conf6::MODELLED[key as usize] && value != Conf6::DEFAULTS[key as usize] {
                return Err(SysctlError::NotModelled);
            }
            let reach = scope == "all" && matches!(key, Conf6::Forwarding | Conf6::DisableIpv6);
            if let Some(conf) = self.scope_mut(scope) {
                conf.set6(key, value);
            }
            if reach {
                self.default.set6(key, value);
                self.devices.values_mut().for_each(|d| d.1.set6(key, value));
            }
            return Ok(());
        }
        let key = Conf4::of(key).ok_or(SysctlError::NotFound)?;
        let value = number(value)?;
        if !Conf4::MODELLED[key as usize] && value != Conf4::DEFAULTS[key as usize] {
            return Err(SysctlError::NotModelled);
        }
        if let Some(conf) = self.scope_mut(scope) {
            conf.set4(key, value);
        }
        if matches!(key, Conf4::Forwarding) && scope == "all" {
            self.set_forwarding4(value);
        }
        Ok(())
    }

    fn set_forwarding4(&mut self, value: i64) {
        self.global[Global::IpForward as usize] = value;
        self.all.set4(Conf4::Forwarding, value);
        self.all.set4(Conf4::AcceptRedirects, i64::from(value == 0));
        self.default.set4(Conf4::Forwarding, value);
        self.devices.values_mut().for_each(|d| d.1.set4(Conf4::Forwarding, value));
    }

    fn scope(&self, scope: &str) -> Option<&DevConf> {
        match scope {
            "all" => Some(&self.all),
            "default" => Some(&self.default),
            _ => self.devices.values().find(|d| d.0.as_str() == scope).map(|d| &d.1),
        }
    }

    fn scope_mut(&mut self, scope: &str) -> Option<&mut DevConf> {
        match scope {
            "all" => Some(&mut self.all),
            "default" => Some(&mut self.default),
            _ => self.devices.values_mut().find(|d| d.0.as_str() == scope).map(|d| &mut d.1),
        }
    }

    /// Every name with its value, sorted as `sysctl -a` prints them.
    pub fn list(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            text::DEFAULTS.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
        all.push((
            "net.ipv4.ip_local_port_range".into(),
            format!("{}\t{}", self.port_range.0, self.port_range.1),
        ));
        all.extend(
            Global::ALL.iter().map(|&k| (Global::NAMES[k as usize].to_owned(), self.get(k).to_string())),
        );
        let scopes = [("all".to_owned(), &self.all), ("default".to_owned(), &self.default)]
            .into_iter()
            .chain(self.devices.values().map(|(n, c)| (n.as_str().replace('.', "/"), c)));
        for (scope, conf) in scopes {
            for &key in Conf4::ALL {
                let name = format!("net.ipv4.conf.{scope}.{}", Conf4::NAMES[key as usize]);
                all.push((name, conf.v4(key).to_string()));
            }
            for &key in Conf6::ALL {
                let name = format!("net.ipv6.conf.{scope}.{}", Conf6::NAMES[key as usize]);
                all.push((name, conf.v6(key).to_string()));
            }
        }
        all.order();
        all
    }
}

/// `net.ipv4.conf.IF.KEY` in its parts: IPv6 or not, scope, key.
fn split_conf(name: &str) -> Option<(bool, &str, &str)> {
    let (six, rest) = match name.strip_prefix("net.ipv4.conf.") {
        Some(rest) => (false, rest),
        None => (true, name.strip_prefix("net.ipv6.conf.")?),
    };
    let (scope, key) = rest.rsplit_once('.')?;
    Some((six, scope, key))
}

/// A number as `proc_dointvec` takes it: decimal, octal or hexadecimal.
fn number(text: &str) -> Result<i64, SysctlError> {
    let (minus, digits) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
    let value = if let Some(hex) = digits.strip_prefix("0x") {
        i64::from_str_radix(hex, 16)
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8)
    } else {
        digits.parse()
    };
    let value = value.map_err(|_| SysctlError::Invalid)?;
    if i32::try_from(value).is_err() {
        return Err(SysctlError::Invalid);
    }
    Ok(if minus { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarding_is_one_switch_with_many_names() {
        let mut sysctl = Sysctl::default();
        sysctl.add_device(IfIndex(2), IfName::new("eth0").unwrap());
        sysctl.write("net.ipv4.ip_forward", "1").unwrap();
        assert_eq!(sysctl.read("net.ipv4.conf.all.forwarding").as_deref(), Ok("1"));
        assert_eq!(sysctl.read("net.ipv4.conf.eth0.forwarding").as_deref(), Ok("1"));
        sysctl.write("net.ipv4.conf.all.forwarding", "0").unwrap();
        assert_eq!(sysctl.read("net.ipv4.ip_forward").as_deref(), Ok("0"));
    }

    #[test]
    fn what_is_not_there_or_not_modelled_is_refused() {
        let mut sysctl = Sysctl::default();
        #[rustfmt::skip]
        let cases = [
            ("net.ipv4.nope", "1", SysctlError::NotFound),
            ("net.ipv4.conf.eth9.rp_filter", "1", SysctlError::NotFound),
            ("net.ipv4.ip_forward", "x", SysctlError::Invalid),
            ("net.ipv4.conf.all.bc_forwarding", "1", SysctlError::NotModelled),
            ("net.ipv4.tcp_congestion_control", "reno", SysctlError::NotModelled),
        ];
        for (name, value, error) in cases {
            assert_eq!(sysctl.write(name, value), Err(error), "{name}={value}");
        }
    }
}
