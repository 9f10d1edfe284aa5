//! The page in a browser, as people see it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::*;

/// What browsers that draw without a screen are called.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "chromium-headless-shell", "google-chrome", "chrome"];

/// A browser, and the directory for what it leaves behind.
struct Browser(&'static str, PathBuf);

impl Browser {
    fn find() -> Self {
        let there = |name: &&str| {
            let run = Command::new(name).arg("--version").output();
            run.is_ok_and(|output| output.status.success())
        };
        let name = BROWSERS.into_iter().find(there);
        let name = name.expect("one of chromium, google-chrome and so on is on the PATH");
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("page-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(name, path)
    }

    fn run(&self, arguments: &[&str], url: &str) -> String {
        let profile = format!("--user-data-dir={}", self.1.join("profile").display());
        let output = Command::new(self.0)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", &profile])
            .args(arguments)
            .arg(url)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A picture of the page, as large as it was asked for.
    fn picture(&self, url: &str, name: &str, size: (u32, u32), dark: bool) -> Vec<u8> {
        let path = self.1.join(name);
        let screenshot = format!("--screenshot={}", path.display());
        let window = format!("--window-size={},{}", size.0, size.1);
        let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!dark));
        self.run(&[&screenshot, &window, &scheme], url);
        let picture = std::fs::read(&path).unwrap();
        assert_eq!(&picture[1..4], b"PNG");
        let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
        assert_eq!((number(16), number(20)), size);
        picture
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::env::var_os("KEEP").is_none() {
            // What is left behind is in the build directory.
            drop(std::fs::remove_dir_all(&self.1));
        }
    }
}

/// With `BLESS=1` it writes `docs/admin.png`, with `KEEP=1` it leaves all pictures.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a headless Chromium on the PATH: cargo test --test admin -- --ignored page"]
async fn the_page_is_drawn_at_the_width_of_a_phone_and_of_a_desk_light_and_dark() {
    let clerk = Clerk::default();
    let server = serve(&clerk).await;
    let admin = admin(&server).await;
    let mut clients = Vec::new();
    for number in 1..5_usize {
        let client = connect(&server).await;
        for _ in 0..number * 20 {
            client.echo("x".repeat(number * 300)).await.unwrap();
        }
        client.divide(7).await.unwrap();
        client.divide(0).await.unwrap_err();
        clients.push(client);
    }
    let waiting = clients[0].clone();
    let call = tokio::spawn(async move { waiting.wait().await });
    clerk.waiting.acquire().await.unwrap().forget();

    let url = format!("http://{}/", admin.address());
    let page = get(&admin, "/").await;
    let seen = tokio::task::spawn_blocking(move || {
        let browser = Browser::find();
        let seen = browser.run(&["--dump-dom"], &url);
        // What is drawn stands still, so that pictures can be compared.
        let path = browser.1.join("page.html");
        std::fs::write(&path, page.body).unwrap();
        let still = format!("file://{}", path.display());
        let pictures = [("phone", (390, 1_200)), ("desk", (1_280, 900))].map(|(name, size)| {
            let light = browser.picture(&still, &format!("{name}-light.png"), size, false);
            let again = browser.picture(&still, &format!("{name}-again.png"), size, false);
            assert_eq!(light, again, "{name}: one page is drawn in two ways");
            let dark = browser.picture(&still, &format!("{name}-dark.png"), size, true);
            assert_ne!(light, dark, "{name}: the scheme changes nothing");
            light
        });
        if std::env::var_os("BLESS").is_some() {
            let [_, desk] = &pictures;
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/admin.png");
            std::fs::write(path, desk).unwrap();
        }
        seen
    });
    let dom = seen.await.unwrap();
    assert_eq!(dom.matches("data-of=\"peer\"").count(), 4, "{dom}");
    assert!(dom.contains("Divide") && dom.contains("serving"), "{dom}");
    assert!(!dom.contains("<script") && !dom.contains("src="), "{dom}");
    clerk.gate.add_permits(1);
    call.await.unwrap().unwrap();
}
