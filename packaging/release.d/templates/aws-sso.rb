class AwsSso < Formula
  desc "Short-lived AWS credentials from IAM Identity Center, for shells and SDKs"
  homepage "@repository@"
  version "@version@"
  license "MIT"

  # @if aarch64-apple-darwin@
  on_macos do
    on_arm do
      url "@url aarch64-apple-darwin@"
      sha256 "@sha256 aarch64-apple-darwin@"
    end
    on_intel do
      url "@url x86_64-apple-darwin@"
      sha256 "@sha256 x86_64-apple-darwin@"
    end
  end

  # @end@
  on_linux do
    on_arm do
      url "@url aarch64-unknown-linux-musl@"
      sha256 "@sha256 aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@url x86_64-unknown-linux-musl@"
      sha256 "@sha256 x86_64-unknown-linux-musl@"
    end
  end

  conflicts_with "aws-sso-cli", because: "both install a program `aws-sso`"

  def install
    bin.install "aws-sso", "aws-sso-pick"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/bash/aws-sso"
    zsh_completion.install "completions/zsh/_aws-sso"
    fish_completion.install "completions/fish/aws-sso.fish"
    pkgshare.install "direnv.sh", "THIRD-PARTY-LICENSES"
  end

  test do
    assert_equal "aws-sso #{version}", shell_output("#{bin}/aws-sso --version").strip
  end
end
