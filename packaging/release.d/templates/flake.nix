{
  description = "@description@";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      archives = {
        x86_64-linux = {
          url = "@url x86_64-unknown-linux-musl@";
          sha256 = "@sha256 x86_64-unknown-linux-musl@";
        };
        aarch64-linux = {
          url = "@url aarch64-unknown-linux-musl@";
          sha256 = "@sha256 aarch64-unknown-linux-musl@";
        };
        # @if aarch64-apple-darwin@
        x86_64-darwin = {
          url = "@url x86_64-apple-darwin@";
          sha256 = "@sha256 x86_64-apple-darwin@";
        };
        aarch64-darwin = {
          url = "@url aarch64-apple-darwin@";
          sha256 = "@sha256 aarch64-apple-darwin@";
        };
        # @end@
      };
      package =
        system: archive:
        let
          pkgs = nixpkgs.legacyPackages.${system};
        in
        pkgs.stdenvNoCC.mkDerivation {
          pname = "aws-sso";
          version = "@version@";
          src = pkgs.fetchurl archive;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # The programs hold the list of their crates, which must stay.
          dontStrip = true;
          installPhase = ''
            runHook preInstall
            install -Dm755 -t $out/bin aws-sso aws-sso-pick
            install -Dm644 -t $out/share/aws-sso direnv.sh LICENSE THIRD-PARTY-LICENSES
            installManPage man/*.1
            installShellCompletion --bash --name aws-sso completions/bash/aws-sso
            installShellCompletion --zsh completions/zsh/_aws-sso
            installShellCompletion --fish completions/fish/aws-sso.fish
            runHook postInstall
          '';
          meta = {
            description = "@description@";
            # aws-sso-cli has a program of the same name; Nix refuses to install both with one priority.
            longDescription = "Conflicts with aws-sso-cli, whose program has the same name.";
            homepage = "@repository@";
            license = pkgs.lib.licenses.mit;
            mainProgram = "aws-sso";
            platforms = builtins.attrNames archives;
          };
        };
    in
    {
      packages = builtins.mapAttrs (system: archive: rec {
        aws-sso = package system archive;
        default = aws-sso;
      }) archives;
    };
}
