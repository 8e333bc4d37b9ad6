//! One step of a chain: a role that is assumed with the credentials before it.

use super::IamRole;

/// What `AssumeRole` is asked for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The role to assume.
    pub role: IamRole,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `role_session_name`; without one it is the person's own.
    pub session_name: Option<String>,
    /// `duration_seconds`, as asked for: STS gives a chained role an hour at most.
    pub duration: Option<u32>,
    /// `mfa_serial`.
    pub mfa_serial: Option<String>,
    /// The region whose STS is asked.
    pub region: Option<String>,
    /// `sts_regional_endpoints`.
    pub endpoint: Option<StsEndpoint>,
    /// `source_identity`.
    pub source_identity: Option<String>,
    /// `session_tags`, each a key and its value.
    pub tags: Vec<(String, String)>,
    /// `transitive_session_tags`: the keys of tags that later roles of the chain have as well.
    pub transitive_tags: Vec<String>,
    /// The profile that describes it.
    pub profile: Option<String>,
    /// The profile that names the chain, whose network settings its request has, as in botocore.
    pub chain_profile: Option<String>,
}

/// Which endpoint of STS serves the regions that are older than the regional endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StsEndpoint {
    /// That of the region.
    Regional,
    /// `sts.amazonaws.com`, which is in us-east-1.
    Legacy,
}

impl Hop {
    /// The role and nothing else.
    #[must_use]
    pub fn new(role: IamRole) -> Self {
        Self {
            role,
            external_id: None,
            session_name: None,
            duration: None,
            mfa_serial: None,
            region: None,
            endpoint: None,
            source_identity: None,
            tags: Vec::new(),
            transitive_tags: Vec::new(),
            profile: None,
            chain_profile: None,
        }
    }

    /// Whether both ask STS for the same, wherever they are written and whichever STS they ask.
    #[must_use]
    pub fn is_same_request(&self, other: &Self) -> bool {
        let request = |hop: &Self| {
            let mut hop = hop.clone();
            (hop.region, hop.endpoint, hop.profile, hop.chain_profile) = (None, None, None, None);
            hop
        };
        request(self) == request(other)
    }

    /// Whether the AWS CLI has one file for both. It reads neither tags nor a source identity.
    #[must_use]
    pub fn is_same_file_of_aws_cli(&self, other: &Self) -> bool {
        let read = |hop: &Self| Self { source_identity: None, tags: vec![], transitive_tags: vec![], ..hop.clone() };
        read(self).is_same_request(&read(other))
    }
}
