//! If a run is interrupted, the config is the old one or the new one.

use std::fs;
use std::time::{Duration, Instant};

use aws_sso::sandbox::Options;

use crate::support::discovery::handwritten_config;
use crate::support::user::User;

#[test]
fn a_run_killed_at_any_moment_leaves_the_old_file_or_the_new_one() {
    let user = User::signed_in(Options { accounts: 20, roles: 10, ..Options::default() });
    let (old, path) = (handwritten_config(), user.home.path(".aws/config"));
    let run = || user.aws_sso("discover -p corp --quiet").start();
    user.home.write(".aws/config", &old);
    let start = Instant::now();
    let _ = run().finish().success();
    let whole = start.elapsed();
    let new = user.home.read(".aws/config");
    assert_ne!(new, old);

    let (mut seed, mut kept, mut replaced) = (1_u64, 0, 0);
    let deadline = Instant::now() + Duration::from_secs(45);
    for number in 0..200 {
        // A machine that is too slow for all of them makes fewer.
        if Instant::now() > deadline && number >= 50 {
            break;
        }
        user.home.write(".aws/config", &old);
        let _ = fs::remove_file(user.home.path(".aws/config.before-discover"));
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The second half of a run writes; some runs are to finish.
        let moment =
            whole.mul_f64(0.3 + 0.9 * (f64::from(u32::try_from(seed >> 33).unwrap()) / f64::from(1_u32 << 31)));
        let running = run();
        std::thread::sleep(moment);
        running.signal("KILL");
        let _ = running.finish();
        let found = fs::read_to_string(&path).unwrap();
        assert!(found == old || found == new, "neither the old file nor the new one:\n{found}");
        *(if found == old { &mut kept } else { &mut replaced }) += 1;
        // The copy for --undo is complete too.
        if let Ok(copy) = fs::read_to_string(user.home.path(".aws/config.before-discover")) {
            assert!(copy.split_once('\n').unwrap().1 == old);
        }
    }
    assert!(kept > 0 && replaced > 0, "{kept} kept, {replaced} replaced: the moments missed the writing");
    // The next run works as usual.
    let _ = run().finish().success();
    assert_eq!(user.home.read(".aws/config"), new);
}
