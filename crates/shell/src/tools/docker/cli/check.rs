//! What the command line says of an option's value before it asks anybody.
//!
//! # Source
//! docker/cli v29, `opts/opts.go`: `ValidateLabel`, `ValidateSysctl`, `ValidateDNSSearch`, `ValidateLink`;
//! `opts/env.go`; spf13/pflag, `ip.go`, `ip_slice.go`, `ipnet_slice.go`; those of v20.10 where they differ.

use std::net::IpAddr;

use packetwalk_docker::Version;

/// A check: why the value is not taken.
pub(in crate::tools::docker) type Check = fn(&str, Version) -> Result<(), String>;

fn word(new: &'static str, old: &'static str, version: Version) -> &'static str {
    if version == Version::V29 { new } else { old }
}

/// `--label`.
pub(in crate::tools::docker) fn label(value: &str, _: Version) -> Result<(), String> {
    let key = value.split('=').next().unwrap_or_default().trim_start_matches([' ', '\t']);
    if key.is_empty() {
        return Err(format!("invalid label '{value}': empty name"));
    }
    if key.contains([' ', '\t']) {
        return Err(format!("label '{key}' contains whitespaces"));
    }
    Ok(())
}

/// `--env`.
pub(in crate::tools::docker) fn env(value: &str, _: Version) -> Result<(), String> {
    if value.is_empty() || value.starts_with('=') {
        return Err(format!("invalid environment variable: {value}"));
    }
    Ok(())
}

/// `--link`.
pub(in crate::tools::docker) fn link(value: &str, _: Version) -> Result<(), String> {
    if value.is_empty() {
        return Err("empty string specified for links".to_owned());
    }
    if value.split(':').count() > 2 {
        return Err(format!("bad format for links: {value}"));
    }
    Ok(())
}

/// `--sysctl`.
pub(in crate::tools::docker) fn sysctl(value: &str, version: Version) -> Result<(), String> {
    const KERNEL: [&str; 8] =
        ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"];
    let fine = value.split_once('=').is_some_and(|(key, _)| {
        key.starts_with("net.")
            || key.starts_with("fs.mqueue.")
            || key.strip_prefix("kernel.").is_some_and(|name| KERNEL.contains(&name))
    });
    let what = word("allowed", "whitelisted", version);
    if fine { Ok(()) } else { Err(format!("sysctl '{value}' is not {what}")) }
}

/// `--dns`.
pub(in crate::tools::docker) fn dns(value: &str, version: Version) -> Result<(), String> {
    match value.trim().parse::<IpAddr>() {
        Ok(_) => Ok(()),
        Err(_) if version == Version::V29 => Err(format!("IP address is not correctly formatted: {value}")),
        Err(_) => Err(format!("{value} is not an ip address")),
    }
}

/// `--dns-search`.
pub(in crate::tools::docker) fn dns_search(value: &str, _: Version) -> Result<(), String> {
    let value = value.trim_matches(' ');
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let fine = value == "."
        || value.bytes().any(|b| b.is_ascii_alphabetic())
            && value.strip_suffix('.').unwrap_or(value).split('.').all(label)
            && value.len() < 255;
    if fine { Ok(()) } else { Err(format!("{value} is not a valid domain")) }
}

/// `--ip` and `--ip6`: 20.10 hands any text to the daemon.
pub(in crate::tools::docker) fn ip(value: &str, version: Version) -> Result<(), String> {
    let wrong = version == Version::V29 && value.trim().parse::<IpAddr>().is_err();
    if wrong { Err(format!("failed to parse IP: \"{value}\"")) } else { Ok(()) }
}

/// `--gateway`.
pub(in crate::tools::docker) fn gateway(value: &str, version: Version) -> Result<(), String> {
    let wrong = version == Version::V29 && value.split(',').any(|v| v.trim().parse::<IpAddr>().is_err());
    if wrong { Err(format!("invalid string being converted to IP address: {value}")) } else { Ok(()) }
}

/// `--ip-range`.
pub(in crate::tools::docker) fn range(value: &str, version: Version) -> Result<(), String> {
    let bad = |v: &str| v.trim().parse::<ipnet::IpNet>().is_err();
    let wrong = version == Version::V29 && value.split(',').any(bad);
    if wrong { Err(format!("invalid string being converted to CIDR: {value}")) } else { Ok(()) }
}

/// `--filter`.
pub(in crate::tools::docker) fn filter(value: &str, _: Version) -> Result<(), String> {
    let fine = value.is_empty() || value.contains('=');
    if fine { Ok(()) } else { Err("bad format of filter (expected name=value)".to_owned()) }
}

/// An address of the daemon's flags.
pub(in crate::tools::docker) fn daemon_ip(value: &str, version: Version) -> Result<(), String> {
    match value.trim().parse::<IpAddr>() {
        Ok(_) => Ok(()),
        Err(_) if version == Version::V29 => Err(format!("failed to parse IP: \"{value}\"")),
        Err(_) => Err(format!("{value} is not an ip address")),
    }
}

/// `--dns` of the daemon.
pub(in crate::tools::docker) fn daemon_dns(value: &str, version: Version) -> Result<(), String> {
    match value.trim().parse::<IpAddr>() {
        Ok(_) => Ok(()),
        Err(_) if version == Version::V29 => Err(format!("ParseAddr(\"{value}\"): unable to parse IP")),
        Err(_) => Err(format!("{value} is not an ip address")),
    }
}

/// `--default-address-pool`.
///
/// # Source
/// moby b985e231, `daemon/internal/opts/address_pools.go`: `PoolsOpt.Set`.
pub(in crate::tools::docker) fn pool(value: &str, version: Version) -> Result<(), String> {
    let new = version == Version::V29;
    for field in value.split(',') {
        let Some((key, text)) = field.split_once('=') else {
            return Err(format!("invalid field '{field}' must be a key=value pair"));
        };
        match key {
            "base" if new => {
                let why = crate::tools::docker::network::prefix(text);
                why.map_err(|why| format!("invalid base prefix \"{text}\": {why}"))?;
            }
            "base" => {}
            "size" if text.parse::<u8>().is_err() => {
                let shown = if new { value } else { text };
                return Err(format!(
                    "invalid size value: \"{shown}\" (must be integer): strconv.Atoi: parsing \"{text}\": invalid \
                     syntax"
                ));
            }
            "size" => {}
            key => return Err(format!("unexpected key '{key}' in '{field}'")),
        }
    }
    Ok(())
}

/// A whole number.
pub(in crate::tools::docker) fn int(value: &str, _: Version) -> Result<(), String> {
    match value.parse::<i64>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("strconv.ParseInt: parsing \"{value}\": invalid syntax")),
    }
}
