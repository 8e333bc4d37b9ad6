//! Credentials of roles that are assumed: what is cached of them, and one `AssumeRole` for all who ask at once.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use memchr::memmem;

use super::Provider;
use super::place;
use super::refusal;
use super::wanted::{Base, HOUR, Wanted};
use crate::aws_cache::assumed_role::{Assumption, CachedAssumption, CachedBase, CachedHop};
use crate::aws_config::chain::{self, ChainStart, ProfileChain};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::meaning::Meanings;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::error::{Error, Result};
use crate::files::read;
use crate::identity_center::{AssumeRequest, AssumedRole, StsError, StsPlace, StsRefusal};
use crate::role::{Hop, RoleRef};
use crate::terminal;

/// How often a person may type the code of an MFA device.
const TRIES: usize = 3;

/// The variables that name other files.
const FILES: [&str; 2] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// When a file was put in its place, which its own time does not say.
#[cfg(unix)]
fn moved(file: &fs::Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt as _;
    use std::time::Duration;

    let seconds = u64::try_from(file.ctime()).ok()?;
    let nanoseconds = u32::try_from(file.ctime_nsec()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

#[cfg(not(unix))]
fn moved(_: &fs::Metadata) -> Option<SystemTime> {
    None
}

impl<'a> Provider<'a> {
    pub(super) fn cached_hop<'r>(&self, hop: &'r Hop, before: Wanted<'r>) -> CachedHop<'r>
    where
        'a: 'r,
    {
        let base = match before.base {
            Base::Role(role) => CachedBase::Role(self.cached_role(role)),
            Base::Keys(profile) => CachedBase::Keys(self.key_mark(profile)),
        };
        CachedHop { base, before: before.chain, hop }
    }

    /// What is cached of an assumed role, however old.
    pub(super) fn cached_assumption(&self, hop: &Hop, before: Wanted<'_>) -> Option<CachedAssumption> {
        let (store, folder) = (self.session.store(), &self.session.paths().roles);
        let cached = self.cached_hop(hop, before);
        let shared = cached.shared_path(folder);
        let is_of_base = || self.is_only_base(hop, before) && self.is_of_these_files(&shared, before.base);
        let read = |path: &Path, is_of_base: &dyn Fn() -> bool| match cached.read(store, path, is_of_base) {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!("{error}");
                None
            }
        };
        let (own, shared) = (read(&cached.own_path(folder), &|| false), read(&shared, &is_of_base));
        // An old file may be left under one name while the other one is in use.
        [own, shared].into_iter().flatten().max_by_key(|found| found.credentials.expiration)
    }

    /// Whether every profile of the config that asks STS for the same does so with this base, and there is one: then a
    /// file of the AWS CLI can be of no other.
    fn is_only_base(&self, hop: &Hop, before: Wanted<'_>) -> bool {
        let bases = self.bases(hop, before);
        !bases.is_empty() && bases.into_iter().all(|is_same| is_same)
    }

    /// Whether the AWS CLI wrote this file for the profiles as they are now: none was edited since, and the credentials
    /// file, which wins over the config, has no profile that assumes a role.
    ///
    /// Keys say less of whose they are than a role does: a file with others may have been moved here since, or be named
    /// by the environment for once.
    fn is_of_these_files(&self, cached: &Path, base: Base<'_>) -> bool {
        let are_keys = matches!(base, Base::Keys(_));
        if are_keys && FILES.into_iter().any(|name| environment::value(name).is_some()) {
            return false;
        }
        let Ok(credentials) = environment::credentials_file() else { return false };
        let modified = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
        let changed = |path: &Path| {
            let file = fs::metadata(path).ok()?;
            let moved = moved(&file).filter(|_| are_keys);
            file.modified().ok().max(moved)
        };
        let Some(written) = modified(cached) else { return false };
        let config = self.session.client().config();
        let edited = [config.and_then(|config| changed(config.path())), changed(&credentials)];
        let assumes = |text: Vec<u8>| {
            ["role_arn", "source_profile"].iter().any(|key| memmem::find(&text, key.as_bytes()).is_some())
        };
        let has_assuming = || read::whole(&credentials).map_or(true, |text| text.is_some_and(assumes));
        edited.into_iter().flatten().all(|edited| edited <= written) && !has_assuming()
    }

    /// Whether a profile of the config asks STS for the same with another base.
    fn has_rival(&self, hop: &Hop, before: Wanted<'_>) -> bool {
        self.bases(hop, before).contains(&false)
    }

    /// For each profile of the config that asks STS for the same, whether it does so with this base.
    fn bases(&self, hop: &Hop, before: Wanted<'_>) -> Vec<bool> {
        let Some(config) = self.session.client().config() else { return Vec::new() };
        let meanings = Meanings::new(config);
        let chains = config.assuming(&hop.role).map(|profile| (profile, meanings.chain(profile)));
        let is_same = |(profile, chain): (Section<'_>, _)| match chain {
            Ok(Some(ProfileChain { start, hops })) => {
                let (last, earlier) = hops.split_last()?;
                last.is_same_file_of_aws_cli(hop).then(|| {
                    earlier.len() == before.chain.len()
                        && earlier.iter().zip(before.chain).all(|(one, other)| one.is_same_request(other))
                        && self.is_base(&start, before)
                })
            }
            // Some other source, which the AWS CLI can use.
            _ => chain::hop(profile).is_ok_and(|other| other.is_same_file_of_aws_cli(hop)).then_some(false),
        };
        chains.filter_map(is_same).collect()
    }

    /// Whether a chain that begins so has this base: the same keys, or a role by its name in one of the forms that need
    /// no look-up.
    fn is_base(&self, start: &ChainStart<'_>, before: Wanted<'_>) -> bool {
        let (start, base) = match (start, before.base) {
            (ChainStart::Keys(one), Base::Keys(other)) => return self.key_mark(one) == self.key_mark(other),
            (ChainStart::Role(start), Base::Role(base)) => (start, base),
            _ => return false,
        };
        let Some((sign_in, reference)) = start.role() else { return false };
        let config = self.session.client().config();
        let directory = config.and_then(|config| config.directory(&sign_in).ok());
        let is_here = directory.is_some_and(|found| found.origin() == self.session.directory().origin());
        is_here && !matches!(reference, RoleRef::Name(_)) && reference.names(base)
    }

    /// Credentials to assume a role with. Those that are cached serve as long as they are valid: how long they last
    /// does not matter to the role.
    pub(super) fn base(&self, before: Wanted<'_>) -> Result<RoleCredentials> {
        if let (true, Base::Keys(profile)) = (before.chain.is_empty(), before.base) {
            return self.keys(profile);
        }
        let provider = Provider { least: None, ..*self };
        let in_hand = provider.cached(before).filter(|cached| cached.seconds_left() > super::IN_HAND_SECONDS);
        in_hand.map_or_else(|| provider.fresh(before), Ok)
    }

    /// Whether the credentials to assume this role with need nobody.
    pub(super) fn has_base(&self, before: Wanted<'_>) -> bool {
        match (self.cached(before), before.last_hop()) {
            (Some(cached), _) if cached.seconds_left() > super::IN_HAND_SECONDS => true,
            (_, Some((hop, before))) => hop.mfa_serial.is_none() && self.has_base(before),
            (_, None) => false,
        }
    }

    /// Asks STS for a role's credentials, and caches them.
    pub(super) fn assume(&self, hop: &Hop, before: Wanted<'_>, wanted: Wanted<'_>) -> Result<RoleCredentials> {
        let other = hop.role.partition();
        if let Some(own) = before.partition().filter(|own| *own != other) {
            return Err(Error::usage(format!("a role of {own} cannot assume a role of {other}: {}", hop.role))
                .with_remedy(format!("name a role with an ARN that begins with arn:{own}:")));
        }
        let place = self.place(wanted)?;
        // Before the keys are read: what is made with others than these is then kept for nobody.
        let cached = self.cached_hop(hop, before);
        let mut base = self.base(before)?;
        let mut outcome = self.ask_sts(hop, &base, &place, before);
        if outcome == Err(StsError::BaseExpired) && before.is_role() {
            base = self.replaced(before, &base)?;
            outcome = self.ask_sts(hop, &base, &place, before);
        }
        let assumed = outcome.map_err(|error| match (error, before.base) {
            (StsError::BaseExpired, Base::Keys(profile)) if !before.is_role() => {
                refusal::keys_not_accepted(profile, self.place_of_keys(profile), &place)
            }
            (StsError::BaseExpired, _) => refusal::not_accepted(before, &place),
            (StsError::Refused(refused), _) => refusal::error(refused, hop, before, &place),
            (StsError::Other(error), _) => refusal::while_assuming(error, hop),
        })?;
        self.keep_assumed(&cached, before, &assumed)?;
        Ok(assumed.credentials)
    }

    /// Which STS is asked.
    pub(super) fn place(&self, wanted: Wanted<'_>) -> Result<StsPlace> {
        let client = self.session.client();
        let none = Config::default();
        place::of(wanted, client.config().map_or(&none, AsRef::as_ref), self.session.directory())
    }

    fn ask_sts(
        &self,
        hop: &Hop,
        base: &RoleCredentials,
        place: &StsPlace,
        before: Wanted<'_>,
    ) -> Result<AssumedRole, StsError> {
        let name = hop.session_name.clone().map_or_else(|| self.caller(base, place, before), Ok)?;
        let service = self.session.client().service();
        let duration = if before.is_role() { self.duration(hop) } else { hop.duration };
        for attempt in 1.. {
            let code = self.code(hop)?;
            let request = AssumeRequest { hop, duration, session_name: &name, code: code.as_deref() };
            let outcome = self.session.block_on(async { Ok(service.assume_role(place, base, request).await) })?;
            if outcome != Err(StsError::Refused(StsRefusal::WrongCode)) || attempt == TRIES {
                return outcome;
            }
            terminal::show("STS does not accept that code. Each one serves once.\n");
        }
        unreachable!("the last attempt returns")
    }

    /// How long the session is to last that a role asks for. A chained role has an hour at most, and a person reads
    /// that once.
    fn duration(&self, hop: &Hop) -> Option<u32> {
        let asked = hop.duration?;
        if asked > HOUR && self.session.is_for_person() {
            let asked = format!("{} asks for {asked} s", hop.role);
            (self.warn)(&format!("{asked}, but a role that another role assumes lasts an hour at most"));
        }
        Some(asked.min(HOUR))
    }

    /// Other credentials than these, which STS does not accept.
    fn replaced(&self, wanted: Wanted<'_>, stale: &RoleCredentials) -> Result<RoleCredentials> {
        let is_other = |found: &RoleCredentials| found.access_key_id != stale.access_key_id;
        if wanted.chain.is_empty() {
            self.session.token()?;
        }
        let _lock = self.turn(wanted);
        match self.fresh_in_cache(wanted).filter(is_other) {
            Some(found) => Ok(found),
            None => self.fetch(wanted),
        }
    }

    /// Caches what STS gave, while the base is cached: a sign-out deletes that first.
    fn keep_assumed(&self, cached: &CachedHop<'_>, before: Wanted<'_>, assumed: &AssumedRole) -> Result<()> {
        let (store, folder) = (self.session.store(), &self.session.paths().roles);
        let shared = cached.shared_path(folder);
        let is_contested = cached.is_of_another(store, &shared) || self.has_rival(cached.hop, before);
        let path = if is_contested { cached.own_path(folder) } else { shared };
        let is_there = || self.cached(before).is_some();
        if is_there() {
            let AssumedRole { credentials, arn, id } = assumed;
            if let Err(error) = cached.write(store, &path, Assumption { credentials, arn, id }) {
                (self.warn)(&format!("{error}; the credentials are not kept"));
            }
            if is_there() {
                return Ok(());
            }
            store.remove(&path)?;
        }
        self.session.check_not_signed_out()
    }
}
